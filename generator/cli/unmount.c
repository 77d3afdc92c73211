/* SPDX-License-Identifier: MIT */
#include "cli/unmount.h"

#include <libmount.h>
#include <sys/mount.h>

#include "base/path.h"
#include "systemd/log.h"

static void free_table(struct libmnt_table **table) {
        mnt_unref_table(*table);
}

static void free_iterator(struct libmnt_iter **iterator) {
        mnt_free_iter(*iterator);
}

int unmount_below(const char *path) {
        CLEANUP(free_table) struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
        CLEANUP(free_iterator) struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_BACKWARD);
        struct libmnt_fs *mount;

        if (!table || !iterator)
                return log_error(errno, "/proc/self/mountinfo: %m");
        /* Backward: what was mounted last may lie on what was mounted before. */
        while (mnt_table_next_fs(table, iterator, &mount) == 0) {
                const char *target = mnt_fs_get_target(mount);

                if (target && path_is_below(target, path) && umount2(target, UMOUNT_NOFOLLOW) < 0)
                        return log_error(errno, "Cannot unmount %s: %m", target);
        }
        return 0;
}
