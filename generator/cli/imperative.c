/* SPDX-License-Identifier: MIT */
#include "cli/imperative.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "cli/configuration.h"
#include "manifest/model.h"
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
        paths.profile_before = arena_join(arena, paths.profiles, "/system.before");
        return paths;
}

/* Whether a container that is declared is an imperative one: alone in its own file, which is no link. */
static bool is_imperative(const Host *host, const HostContainer *container, const char *file) {
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

const HostContainer *imperative_find(const Request *request, const char *done) {
        const char *name = request->container.name;
        const HostContainer *container = host_find(&request->host, name);

        if (!container || is_imperative(&request->host, container, request->paths.manifest))
                return container;
        if (!container->declared)
                log_message(LOG_ERR,
                        "Container %s cannot be %s: it is running but undeclared. To stop it, run: nixos-container "
                        "stop %s",
                        name, done, name);
        else
                log_message(LOG_ERR, "Container %s cannot be %s: it is declared in %s:%u.", name, done,
                        container->declared->file, container->declared->name.mark.line);
        return NULL;
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
