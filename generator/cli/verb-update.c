/* SPDX-License-Identifier: MIT */
/* nixos-container update, rollback: another system for a container of create, or for one that is deployed separately. */

#include "base/file.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "cli/change-system.h"
#include "cli/configuration.h"
#include "cli/generations.h"
#include "cli/verbs.h"
#include "systemd/log.h"
#include "systemd/time-span.h"

/* The unit of NixOS that builds what a container's flake is by now. */
#define FLAKE_UNIT "container-flake-update@%s"

/* One that is declared with a profile: what it was built from is kept nowhere. */
static int complain_of_source(const Request *request) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *name = request->container.name;

        if (path_exists(arena_printf(&arena, "/etc/systemd/system/" FLAKE_UNIT ".service", name)))
                return log_error(EINVAL,
                        "%s is built from a flake: run systemctl start " FLAKE_UNIT
                        ", or specify --system-path, --config or --flake.",
                        name, name);
        return log_error(EINVAL, "%s is deployed separately: specify --system-path, --config or --flake.", name);
}

/* Finds what to build from where no option says it: the same as the last time. */
static int find_source(Request *request, const Buffer *manifest) {
        NixSource *source = &request->source;

        if (source->system_path || source->flake || request->config || request->config_file)
                return 0;
        if (request->is_deployed)
                return complain_of_source(request);
        source->flake = imperative_flake(&request->host.arena, manifest);
        if (source->flake || configuration_exists(request->paths.root))
                return 0;
        return log_error(EINVAL, "%s was created with --system-path: specify --system-path, --config or --flake.",
                request->container.name);
}

/* Reads the manifest of an imperative container. */
static int read_manifest(const Request *request, Buffer *manifest) {
        int r = request->is_deployed ? 0 : read_file(request->paths.manifest, manifest);

        return r < 0 ? log_error(r, "Failed to read %s: %m", request->paths.manifest) : 0;
}

/* Changes the system of the container to @path, its generation @number or a new one. */
static int change(Request *request, const HostContainer *container, const char *path, unsigned number,
        const Buffer *manifest_before, const char *flake) {
        CLEANUP_BUFFER Buffer manifest = BUFFER_NULL;
        NewSystem new = {.path = path, .number = number, .manifest_before = manifest_before};
        unsigned before = 0;
        int r;

        if (!request->is_deployed) {
                r = imperative_replace_system(container->declared, manifest_before, path, flake, &manifest);
                if (r < 0)
                        return r;
                new.manifest = &manifest;
        }
        r = change_system(request, container, &new, &before);
        if (r >= 0 && number > 0)
                printf("%s: generation %u → %u\n", container->name, before, number);
        return r;
}

static int read_check(Request *request) {
        const char *text = request->check_text;

        if (!text ||
                (time_span_parse(text, &request->check) && request->check > 0 && request->check != TIME_SPAN_INFINITE))
                return 0;
        return log_error(EINVAL, "Invalid --check \"%s\" (expected a time span such as 30s).", text);
}

int verb_update(Request *request) {
        const HostContainer *container = imperative_find_updatable(request, "updated");
        CLEANUP_BUFFER Buffer manifest = BUFFER_NULL;
        uint64_t keep = GENERATIONS_KEPT;
        int r;

        if (!container)
                return -EINVAL;
        if (request->keep_text && !number_parse(request->keep_text, 1, INT_MAX, &keep))
                return log_error(EINVAL, "Invalid --keep \"%s\" (expected a number of 1 or more).", request->keep_text);
        request->keep = (unsigned)keep;
        interrupt_catch();
        if ((r = read_check(request)) < 0 || (r = read_manifest(request, &manifest)) < 0 ||
                (r = find_source(request, &manifest)) < 0)
                return r;
        r = imperative_build(request);
        if (r >= 0)
                r = change(request, container, request->container.system, 0, &manifest, request->source.flake);
        nix_end();
        return r;
}

/* Finds the generation to return to. */
static const Generation *find_target(const Request *request, const Generations *generations) {
        const char *name = request->container.name, *to = request->to;
        const Generation *target = NULL;
        uint64_t number;

        if (!to && !(target = generations_before(generations)))
                log_message(LOG_ERR, "%s has no earlier generation.", name);
        else if (to && (!number_parse(to, 1, INT_MAX, &number) ||
                               !(target = generations_find(generations, (unsigned)number))))
                log_message(LOG_ERR, "%s has no generation \"%s\". To list them, run: nixos-container generations %s",
                        name, to, name);
        return target;
}

int verb_rollback(Request *request) {
        const HostContainer *container = imperative_find_updatable(request, "rolled back");
        CLEANUP_GENERATIONS Generations generations = GENERATIONS_NULL;
        CLEANUP_BUFFER Buffer manifest = BUFFER_NULL;
        Arena *arena = &request->host.arena;
        const Generation *target;
        int r;

        if (!container)
                return -EINVAL;
        interrupt_catch();
        if ((r = read_check(request)) < 0 || (r = read_manifest(request, &manifest)) < 0 ||
                (r = change_system_prepare(request)) < 0 ||
                (r = generations_read(arena, request->paths.profile, &generations)) < 0)
                return r;
        target = find_target(request, &generations);
        if (!target)
                return -ENOENT;
        if (access(arena_join(arena, target->system, "/init"), X_OK) < 0)
                return log_error(errno, "Generation %u of %s, %s, is not a NixOS system: %m", target->number,
                        container->name, target->system);
        return change(
                request, container, target->system, target->number, &manifest, imperative_flake(arena, &manifest));
}
