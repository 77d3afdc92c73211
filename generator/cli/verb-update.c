/* SPDX-License-Identifier: MIT */
/* nixos-container update: another system for a container of create. */

#include "base/file.h"
#include "base/interrupt.h"
#include "base/words.h"
#include "bus/jobs.h"
#include "bus/manager.h"
#include "cli/configuration.h"
#include "cli/verbs.h"
#include "manifest/schema.h"
#include "switch/apply.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* Finds what to build from where no option says it: the same as the last time. */
static int find_source(Request *request, const Buffer *manifest) {
        NixSource *source = &request->source;

        if (source->system_path || source->flake || request->config || request->config_file)
                return 0;
        source->flake = imperative_flake(&request->host.arena, manifest);
        if (source->flake || configuration_exists(request->paths.root))
                return 0;
        return log_error(EINVAL, "%s was created with --system-path: specify --system-path, --config or --flake.",
                request->container.name);
}

/* Has the container go on with the system that it has, after @job, which was to activate another one, has ended or was interrupted. */
static void return_to_old_system(Host *host, const HostContainer *container, const Job *job) {
        const char *name = container->name, *system = host_system(host, container);
        const Container *declared = container->declared ? container->declared : &container_defaults;

        if (strcmp(job->result, JOB_INTERRUPTED) == 0) {
                fprintf(stderr, "Interrupted, reactivating the old system in %s.\n", name);
                interrupt_forget();
                unit_end_reload(job->unit);
        }
        if (!is_one_of(job->result, JOB_INTERRUPTED, "failed", "timeout"))
                log_message(
                        LOG_ERR, "Failed to activate the new system in %s, keeping the old one: %s", name, job->result);
        else if (system && apply_return_to(name, system, declared->rare->timeout_reload_sec.text) >= 0)
                log_message(LOG_ERR,
                        "Failed to activate the new system in %s (%s), the old one was reactivated. For details, run: "
                        "journalctl -u container@%s",
                        name, job->result, name);
        else
                log_message(LOG_ERR,
                        "Failed to activate the new system in %s (%s) and to reactivate the old one. To start the "
                        "container with the old one, run: nixos-container restart %s. For details, run: journalctl -u "
                        "container@%s",
                        name, job->result, name, name);
}

/* One that is being started may have what was declared before: the end of that is waited for, whatever it is. Returns 1 if the container
 * runs. */
static int is_up(sd_bus *bus, const char *unit, const char *name) {
        Job job = {.method = "StartUnit", .unit = unit};

        for (bool waited = false;; waited = true) {
                CLEANUP_FREE char *state = unit_property(bus, unit, "ActiveState");

                if (!state)
                        return log_error(
                                EIO, "Failed to get the state of %s from systemd, keeping its old system.", name);
                if (waited || strcmp(state, "activating") != 0)
                        return strcmp(state, "active") == 0;
                (void)jobs_run(bus, &job, 1, NULL, NULL);
                jobs_free(&job, 1);
        }
}

/* Has the new system activated in the container if it runs. */
static int activate(Host *host, sd_bus *bus, const HostContainer *container) {
        Job job = {.method = "ReloadUnit", .unit = container_unit(&host->arena, container->name)};
        int r = is_up(bus, job.unit, container->name);

        if (r <= 0)
                return r;
        if (!jobs_run(bus, &job, 1, NULL, NULL)) {
                return_to_old_system(host, container, &job);
                r = -EIO;
        }
        jobs_free(&job, 1);
        return r < 0 ? r : 0;
}

/* Declares the container with the new system, and has that activated; with the old one again if it cannot be. */
static int change_system(
        Request *request, const HostContainer *container, const Buffer *manifest, const Buffer *manifest_before) {
        const char *path = request->paths.manifest;
        CLEANUP_BUS sd_bus *bus = NULL;
        int r;

        if ((r = systemd_connect(&bus)) < 0 || (r = imperative_write(container->name, path, manifest)) < 0)
                return r;
        if ((r = systemd_reload(bus)) >= 0 && (r = imperative_check_interrupt()) >= 0)
                r = activate(&request->host, bus, container);
        /* Whatever has become of this connection. */
        if (r < 0 && imperative_write(container->name, path, manifest_before) >= 0)
                ignore_failure(systemd_connect_and_reload());
        return r;
}

/* Has the profile lead to the new system, and another link to the one of the manifest so far: both are there, whichever the manifest says when
 * this ends in between. What cannot be activated is not what the next system is built from. */
static int switch_system(
        Request *request, const HostContainer *container, const Buffer *manifest, const Buffer *manifest_before) {
        const ImperativePaths *paths = &request->paths;
        const char *system_before = container->declared->system.text;
        int directory, r = imperative_begin_configuration(request, &directory);

        if (r < 0)
                return r;
        if ((r = imperative_make_directory(paths->profiles)) >= 0 &&
                (r = nix_set_profile(paths->profile_before, system_before)) >= 0 &&
                (r = nix_set_profile(paths->profile, request->container.system)) >= 0 &&
                (r = change_system(request, container, manifest, manifest_before)) < 0)
                ignore_failure(nix_set_profile(paths->profile, system_before));
        if (directory >= 0 && configuration_end(paths->root, directory, r >= 0) < 0 && r >= 0)
                r = log_error(
                        EIO, "%s has its new system, but not the configuration it was built from.", container->name);
        return r;
}

int verb_update(Request *request) {
        const HostContainer *container = imperative_find(request, "updated");
        CLEANUP_BUFFER Buffer manifest = BUFFER_NULL, manifest_before = BUFFER_NULL;
        int r;

        if (!container)
                return -EINVAL;
        interrupt_catch();
        r = read_file(request->paths.manifest, &manifest_before);
        if (r < 0)
                return log_error(r, "Failed to read %s: %m", request->paths.manifest);
        r = find_source(request, &manifest_before);
        if (r < 0)
                return r;
        if ((r = imperative_build(request)) >= 0 &&
                (r = imperative_replace_system(container->declared, &manifest_before, request->container.system,
                         request->source.flake, &manifest)) >= 0)
                r = switch_system(request, container, &manifest, &manifest_before);
        nix_end();
        return r;
}
