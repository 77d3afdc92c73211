/* SPDX-License-Identifier: MIT */
#include "cli/imperative.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "cli/configuration.h"
#include "manifest/closures.h"
#include "manifest/model.h"
#include "state/profile.h"
#include "systemd/log.h"

ImperativePaths imperative_paths(Arena *arena, const char *name) {
        ImperativePaths paths = {
                .manifest = arena_printf(arena, MANIFESTS_DIRECTORY "/%s.yaml", name),
                .root = arena_join(arena, STATE_ROOTS, name),
                .profiles = arena_join(arena, NIX_PROFILES, name),
                .own = arena_join(arena, NIX_OWN, name),
                .roots = arena_join(arena, NIX_ROOTS, name),
                .old_gcroots = arena_join(arena, NIX_OLD_GCROOTS, name),
        };

        paths.profile = arena_join(arena, paths.profiles, "/system");
        return paths;
}

/* Alone in its own file, which is no link. */
bool is_imperative(const Host *host, const HostContainer *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *file = imperative_paths(&arena, container->name).manifest;
        struct stat status;

        if (!container->declared || strcmp(container->declared->file, file) != 0 || lstat(file, &status) < 0 ||
                !S_ISREG(status.st_mode))
                return false;
        for (size_t i = 0; i < host->manifest.length; i++)
                if (host->manifest.containers[i] != container->declared &&
                        strcmp(host->manifest.containers[i]->file, file) == 0)
                        return false;
        return true;
}

static void log_not_imperative(const HostContainer *container, const char *done) {
        const char *name = container->name;

        if (!container->declared)
                log_message(LOG_ERR,
                        "Container %s cannot be %s: it is running but undeclared. To stop it, run: nixos-container "
                        "stop %s",
                        name, done, name);
        else
                log_message(LOG_ERR, "Container %s cannot be %s: it is declared in %s:%u.", name, done,
                        container->declared->file, container->declared->name.mark.line);
}

const HostContainer *imperative_find(const Request *request, const char *done) {
        const HostContainer *container = host_find(&request->host, request->container.name);

        if (!container || is_imperative(&request->host, container))
                return container;
        log_not_imperative(container, done);
        return NULL;
}

const char *imperative_declared_profile(Arena *arena, const HostContainer *container) {
        const char *system = container->declared ? container->declared->system.text : NULL, *below, *profile;

        profile = system ? profile_of(arena, container->name, system, &below) : NULL;
        return profile && *below == '\0' ? profile : NULL;
}

void imperative_explain_declared(const HostContainer *container) {
        if (container->declared)
                log_message(LOG_NOTICE,
                        "Its system is part of the host's configuration. To return to an earlier one, run on the host: "
                        "nixos-rebuild switch --rollback. To deploy it separately, set: "
                        "containers.%s.deploySeparately = true;",
                        container->name);
}

const HostContainer *imperative_find_updatable(Request *request, const char *done) {
        Arena *arena = &request->host.arena;
        const HostContainer *container = host_find(&request->host, request->container.name);
        const char *profile;

        if (!container)
                return NULL;
        if ((profile = imperative_declared_profile(arena, container))) {
                request->is_deployed = true;
                request->paths.profile = profile;
                request->system_before = profile_target(arena, profile);
        } else if (is_imperative(&request->host, container)) {
                request->system_before = container->declared->system.text;
        } else {
                log_not_imperative(container, done);
                imperative_explain_declared(container);
                return NULL;
        }
        if (request->system_before && !is_in_store(request->system_before))
                request->system_before = NULL;
        return container;
}

int imperative_check_interrupt(void) {
        return interrupt_seen() ? log_error(EINTR, "Interrupted, nothing was changed.") : 0;
}

int imperative_make_directory(const char *path) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        char *copy = arena_copy(&arena, path, strlen(path));

        for (char *slash = copy;;) {
                char before;

                slash = strchrnul(slash + 1, '/');
                before = *slash;
                *slash = '\0';
                if (make_directory(AT_FDCWD, copy, 0755) < 0)
                        return log_error(errno, "Failed to create %s: %m", copy);
                if (before == '\0')
                        return 0;
                *slash = before;
        }
}

int imperative_remove_manifest(const Request *request) {
        const char *path = request->paths.manifest;

        return unlink(path) < 0 ? log_error(errno, "Failed to remove %s: %m", path) : 0;
}

/* The configuration that a system is asked to be built from; NULL if it is none. */
static const char *own_configuration(Request *request) {
        if (request->source.system_path || request->source.flake || (!request->config && !request->config_file))
                return NULL;
        return configuration_text(&request->host.arena, request->container.name, request->config, request->config_file);
}

int imperative_build(Request *request) {
        NixSource *source = &request->source;
        int r = nix_begin();

        if (r >= 0 && !source->system_path && !source->flake)
                r = configuration_copy(&request->host.arena, request->paths.root, NIX_DIRECTORY "/nixos",
                        own_configuration(request), &source->configuration);
        if (r < 0)
                return r;
        r = nix_build(&request->host.arena, source, &request->container.system);
        return imperative_check_interrupt() < 0 ? -EINTR : r;
}

int imperative_begin_configuration(Request *request, int *ret_directory) {
        const char *text = own_configuration(request);
        int r = -1;

        if (text && ((r = imperative_make_directory(request->paths.root)) < 0 ||
                            (r = configuration_begin(request->paths.root, text)) < 0))
                return r;
        *ret_directory = r;
        return 0;
}

int imperative_keep_configuration(Request *request) {
        int directory, r = imperative_begin_configuration(request, &directory);

        return r >= 0 && directory >= 0 ? configuration_end(request->paths.root, directory, true) : r;
}
