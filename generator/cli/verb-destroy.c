/* SPDX-License-Identifier: MIT */
/* nixos-container destroy: a container of create, with all its files. */

#include "base/file.h"
#include "bus/jobs.h"
#include "bus/manager.h"
#include "cli/unmount.h"
#include "cli/verbs.h"
#include "state/removal.h"
#include "switch/apply.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* Fails, after it was said why unless somebody has answered so, if the container is not to be deleted. */
static int confirm(const Request *request) {
        const char *name = request->container.name, *root = request->paths.root;
        CLEANUP_FREE char *answer = NULL;
        size_t size = 0;

        if (request->yes)
                return 0;
        if (!isatty(STDIN_FILENO))
                return log_error(
                        ECANCELED, "Deleting %s and all files in %s requires confirmation: use --yes.", name, root);
        fprintf(stderr, "Delete %s and all files in %s? [y/N] ", name, root);
        return getline(&answer, &size, stdin) > 0 && (answer[0] == 'y' || answer[0] == 'Y') ? 0 : -ECANCELED;
}

static int stop(Request *request) {
        const char *name = request->container.name;
        Job job = {.method = "StopUnit", .unit = container_unit(&request->host.arena, name)};
        CLEANUP_BUS sd_bus *bus = NULL;
        CLEANUP_FREE char *load_state = NULL;
        int r = systemd_connect(&bus);

        if (r < 0)
                return r;
        load_state = unit_property(bus, job.unit, "LoadState");
        if (!load_state)
                return log_error(EIO, "Failed to get the state of %s from systemd, nothing was deleted.", name);
        if (strcmp(load_state, "not-found") != 0 && !jobs_run(bus, &job, 1, NULL, NULL))
                r = log_error(EIO, "Failed to stop %s (%s), nothing was deleted.", name, job.result);
        jobs_free(&job, 1);
        /* Else systemd would remember it for its last failure. */
        if (r >= 0) {
                ignore_failure(unit_reset_failed(bus, job.unit));
                r = apply_end(name);
        }
        return r;
}

/* Removes what Nix has of the container, and what it has installed itself. */
static int remove_from_nix(const ImperativePaths *paths) {
        const char *const places[] = {paths->own, paths->roots, paths->profiles, paths->old_gcroots};
        int r = 0;

        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && r >= 0; i++)
                r = remove_directory_tree(places[i]);
        return r;
}

/* Removes what a create that was killed has left of a container that there is not. What a start has made may be state of one that there
 * was, which is not given up with the container: then it is only named. */
static int remove_leftovers(Request *request) {
        const ImperativePaths *paths = &request->paths;
        const char *const places[] = {paths->root, paths->own, paths->profiles, paths->old_gcroots};
        const char *name = request->container.name, *left = "";

        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
                if (path_exists(places[i]))
                        left = arena_printf(&request->host.arena, "%s %s", left, places[i]);
        if (!*left)
                return 0;
        if (log_unread(&request->host.manifest))
                return log_error(EINVAL,
                        "Container \"%s\" may be declared in an invalid manifest, nothing was deleted. Existing "
                        "files:%s",
                        name, left);
        if (path_exists(paths->root) || path_exists(paths->own))
                return log_error(ENOENT, "Unknown container \"%s\". Kept files that may be its state:%s", name, left);
        return remove_from_nix(paths);
}

int verb_destroy(Request *request) {
        const ImperativePaths *paths = &request->paths;
        const char *name = request->container.name;
        int r;

        if (!is_container_name(name))
                return host_find(&request->host, name) ? 0 : -ENOENT;
        /* Nobody builds now, as this has the lock: it is of one that was killed. */
        nix_end();
        /* Gone already is as good. */
        if (!host_look_up(&request->host, name) && !path_exists(paths->manifest))
                return remove_leftovers(request);
        if (!imperative_find(request, "destroyed"))
                return -EINVAL;
        /* The manifest is the last, so that what was interrupted can be done again. */
        if ((r = confirm(request)) < 0 || (r = stop(request)) < 0 || (r = unmount_below(paths->root)) < 0 ||
                (r = remove_directory_tree(paths->root)) < 0 || (r = remove_from_nix(paths)) < 0 ||
                (r = imperative_remove_manifest(request)) < 0)
                return r;
        return systemd_connect_and_reload();
}
