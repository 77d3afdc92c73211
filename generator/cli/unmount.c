/* SPDX-License-Identifier: MIT */
#include "cli/unmount.h"

#include <libmount.h>
#include <sys/mount.h>

#include "base/arena.h"
#include "base/inside.h"
#include "base/path.h"
#include "systemd/log.h"

static void free_table(struct libmnt_table **table) {
        mnt_unref_table(*table);
}

static void free_iterator(struct libmnt_iter **iterator) {
        mnt_free_iter(*iterator);
}

/* Unmounts what is mounted at @target, below the directory @path, which is open as @root. Who may write there, containers that have a part
 * of it bound too, can put links in the way. */
static int unmount(int root, const char *path, const char *target) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *below = path_behind(target, path), *name = strrchr(target, '/') + 1;
        const char *parent = below == name ? "." : arena_copy(&arena, below, (size_t)(name - below));
        CLEANUP_CLOSE int directory = inside_open(root, parent, O_PATH | O_DIRECTORY);

        return directory < 0 || fchdir(directory) < 0 ? -1 : umount2(name, UMOUNT_NOFOLLOW);
}

int unmount_below(const char *path) {
        CLEANUP(free_table) struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
        CLEANUP(free_iterator) struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_BACKWARD);
        CLEANUP_CLOSE int root = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct libmnt_fs *mount;

        if (!table || !iterator)
                return log_error(errno, "Failed to read /proc/self/mountinfo: %m");
        if (root < 0)
                return errno == ENOENT ? 0 : log_error(errno, "Failed to open %s: %m", path);
        /* Backward: what was mounted last may lie on what was mounted before. */
        while (mnt_table_next_fs(table, iterator, &mount) == 0) {
                const char *target = mnt_fs_get_target(mount);

                if (target && path_is_below(target, path) && unmount(root, path, target) < 0)
                        return log_error(errno, "Failed to unmount %s: %m", target);
                /* In none of them. */
                if (chdir("/") < 0)
                        return log_error(errno, "Failed to open /: %m");
        }
        return 0;
}
