/* SPDX-License-Identifier: MIT */
#include "runtime/root-writers.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/path.h"
#include "base/words.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

#define DIRECTORY RECORDS_DIRECTORY "/" ROOT_WRITERS_DIRECTORY

/* Whether what is at @path, without symbolic links, leads to or lies in a directory of root directories. Whoever can write all of /run is
 * the host's root already. */
static bool is_near_roots(const char *path) {
        static const char *const directories[] = {STATE_ROOTS, EPHEMERAL_ROOTS};
        char roots[PATH_MAX];

        for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
                if (!is_one_of(path, "/", "/run") && realpath(directories[i], roots) &&
                        (path_is_within(roots, path) || path_is_within(path, roots)))
                        return true;
        return false;
}

int root_writers_note_path(const char *container, const char *path) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        char real[PATH_MAX];

        /* What is not there is said by others. */
        if (!realpath(path, real) || !is_near_roots(real))
                return 0;
        if (make_directory(AT_FDCWD, DIRECTORY, 0700) < 0)
                return log_error(negative_errno(), DIRECTORY ": %m");
        for (unsigned i = 0; symlink(real, arena_printf(&arena, DIRECTORY "/%u:%s", i, container)) < 0; i++)
                if (errno != EEXIST)
                        return log_error(negative_errno(), DIRECTORY "/%u:%s: %m", i, container);
        return 0;
}

int root_writers_note(const char *container, char *const arguments[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int r = 0;

        for (; *arguments && r >= 0; arguments++) {
                NspawnHostPath bind;

                if (text_behind(*arguments, "--bind=") && nspawn_host_path(&arena, *arguments, &bind) &&
                        !path_is_within(bind.path, "/nix"))
                        r = root_writers_note_path(container, bind.path);
        }
        return r;
}

/* The container that a note is of. */
static const char *writer_of(const struct dirent *entry) {
        const char *colon = strchr(entry->d_name, ':');

        return colon ? colon + 1 : "";
}

void root_writers_forget(int records, const char *container) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(records, ROOT_WRITERS_DIRECTORY);
        const struct dirent *entry;

        while (directory && (entry = readdir(directory)))
                if (strcmp(writer_of(entry), container) == 0)
                        (void)unlinkat(dirfd(directory), entry->d_name, 0);
}

/* Whether something that is made or mounted in the root directory lies below @directory in it. */
static bool is_way_in_root(char *const arguments[], const char *directory) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        for (const char *const *place = nspawn_places; *place; place++)
                if (path_is_below(*place, directory))
                        return true;
        for (; *arguments; arguments++) {
                const char *tmpfs = text_behind(*arguments, "--tmpfs="), *target = NULL;
                NspawnHostPath bind;

                if (tmpfs)
                        target = nspawn_parts(&arena, tmpfs).part[0];
                else if (nspawn_host_path(&arena, *arguments, &bind))
                        target = bind.mount_point;
                if (target && target[0] == '/' && path_is_below(target + 1, directory))
                        return true;
        }
        return false;
}

/* Whether @path is one by which the root directory @root can be led astray. */
static bool is_on_way(char *const arguments[], const char *root, const char *path) {
        const char *inside = path_behind(path, root);

        return path_is_within(root, path) || (inside && is_way_in_root(arguments, inside));
}

int root_writers_check(const char *container, char *const arguments[]) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(AT_FDCWD, DIRECTORY);
        const char *root = nspawn_value(arguments, "--directory=");
        char real[PATH_MAX], path[PATH_MAX];
        const struct dirent *entry;

        if (!directory && errno != ENOENT)
                return log_error(negative_errno(), DIRECTORY ": %m");
        if (!directory || !root || !realpath(root, real))
                return 0;
        while ((entry = readdir(directory))) {
                const char *writer = writer_of(entry);
                ssize_t length = readlinkat(dirfd(directory), entry->d_name, path, sizeof(path) - 1);

                if (length < 0 || strcmp(writer, container) == 0 || !record_may_exist(writer))
                        continue;
                path[length] = '\0';
                if (is_on_way(arguments, real, path))
                        return log_error(EBUSY,
                                "Container %s cannot start: container %s is running and can write to %s, from where it "
                                "could redirect files created by this start to the host. Stop it, or set isReadOnly: "
                                "true for that bind mount.",
                                container, writer, path);
        }
        return 0;
}
