/* SPDX-License-Identifier: MIT */
/* nixos-container destroy: a container of create, with all its files. */

#include "base/file.h"
#include "bus/jobs.h"
#include "bus/manager.h"
#include "cli/imperative-options.h"
#include "cli/imperative.h"
#include "cli/unmount.h"
#include "cli/verbs.h"
#include "state/removal.h"
#include "systemd/log.h"

static bool ask(const char *name, const char *root) {
        CLEANUP_FREE char *answer = NULL;
        size_t size = 0;

        fprintf(stderr, "Delete %s and all files in %s? [y/N] ", name, root);
        return getline(&answer, &size, stdin) > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

static bool confirm(const char *name, const char *root) {
        if (isatty(STDIN_FILENO))
                return ask(name, root);
        log_message(LOG_ERR, "This would delete %s and all files in %s. If that is meant, say --yes.", name, root);
        return false;
}

static int stop(Host *host, const char *name) {
        Job job = {.method = "StopUnit", .unit = container_unit(&host->arena, name)};
        CLEANUP_BUS sd_bus *bus = NULL;
        CLEANUP_FREE char *load_state = NULL;
        int r = systemd_connect(&bus);

        if (r < 0)
                return r;
        load_state = unit_property(bus, job.unit, "LoadState");
        if (!load_state) {
                log_message(LOG_ERR, "systemd does not say whether %s runs, nothing was deleted.", name);
                return -EIO;
        }
        if (strcmp(load_state, "not-found") != 0 && !jobs_run(bus, &job, 1, NULL, NULL)) {
                log_message(LOG_ERR, "%s could not be stopped (%s), nothing was deleted.", name, job.result);
                r = -EIO;
        }
        jobs_free(&job, 1);
        /* Else systemd would remember it for its last failure. */
        if (r >= 0)
                unit_reset_failed(bus, job.unit);
        return r;
}

/* Removes the directories @paths, up to the first that cannot be. */
static int remove_directories(const char *const paths[], size_t length) {
        int r = 0;

        for (size_t i = 0; i < length && r >= 0; i++)
                r = remove_directory_tree(paths[i]);
        return r;
}

/* Removes what a create that was killed has left of a container that there is not. With a root directory it may be state of one that there
 * was, which is not given up with the container: then it is only named. */
static int remove_leftovers(Host *host, const char *name, const ImperativePaths *paths) {
        const char *const places[] = {paths->root, paths->profiles, paths->gcroots};
        const char *left = "";

        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
                if (path_exists(places[i]))
                        left = arena_printf(&host->arena, "%s %s", left, places[i]);
        if (!*left)
                return 0;
        if (host_log_unread(host)) {
                log_message(LOG_ERR,
                        "So it is not known whether there is a container \"%s\", and nothing was deleted of:%s", name,
                        left);
                return -EINVAL;
        }
        if (path_exists(paths->root)) {
                log_message(LOG_ERR,
                        "There is no container \"%s\", but what may be state that somebody needs, which is kept:%s",
                        name, left);
                return -ENOENT;
        }
        return remove_directories(places + 1, 2);
}

static int destroy(Host *host, ImperativeOptions *options) {
        const char *name = options->container.name;
        ImperativePaths paths;
        int r;

        if (!is_container_name(name))
                return host_find(host, name) ? 0 : -ENOENT;
        paths = imperative_paths(&host->arena, name);
        /* Nobody builds now, see imperative_lock(): it is of one that was killed. */
        nix_end();
        /* Gone already is as good. */
        if (!host_look_up(host, name) && !path_exists(paths.manifest))
                return remove_leftovers(host, name, &paths);
        if (!imperative_find(host, name, "destroyed"))
                return -EINVAL;
        if (!options->yes && !confirm(name, paths.root))
                return -ECANCELED;
        r = stop(host, name);
        if (r >= 0)
                r = unmount_below(paths.root);
        if (r >= 0)
                r = remove_directories((const char *const[]){paths.root, paths.profiles, paths.gcroots}, 3);
        /* The last, so that what was interrupted can be done again. */
        if (r >= 0)
                r = imperative_remove_manifest(&paths);
        return r < 0 ? r : systemd_connect_and_reload();
}

int verb_destroy(int argc, char *argv[]) {
        return imperative_verb(argc, argv, DESTROY, destroy);
}
