/* SPDX-License-Identifier: MIT */
#include "cli/unmount.h"

#include <errno.h>
#include <libmount.h>
#include <string.h>
#include <sys/mount.h>

#include "systemd/log.h"

bool unmount_below(const char *path) {
        struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
        struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_BACKWARD);
        struct libmnt_fs *mount;
        size_t length = strlen(path);
        bool good = table && iterator;

        if (!good)
                log_message(LOG_ERR, "/proc/self/mountinfo: %s", strerror(errno));
        /* Backward: what was mounted last may lie on what was mounted before. */
        while (good && mnt_table_next_fs(table, iterator, &mount) == 0) {
                const char *target = mnt_fs_get_target(mount);

                if (target && strncmp(target, path, length) == 0 && target[length] == '/' &&
                        umount2(target, UMOUNT_NOFOLLOW) < 0) {
                        log_message(LOG_ERR, "Cannot unmount %s: %s", target, strerror(errno));
                        good = false;
                }
        }
        mnt_free_iter(iterator);
        mnt_unref_table(table);
        return good;
}
