/* SPDX-License-Identifier: MIT */
#include "runtime/control-group.h"

#include <linux/sched.h>
#include <sys/syscall.h>

#include "base/arena.h"
#include "base/file.h"
#include "state/control-groups.h"
#include "state/paths.h"
#include "systemd/log.h"

/* That of systemd-nspawn itself below the unit's, where processes beside it belong: a control group with processes of its own cannot hand
 * controllers on to those below. */
#define SUPERVISOR "supervisor"

int control_group_open(void) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *path;
        int r = control_group_find_own(&arena, &path), fd;

        if (r < 0)
                return r;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? negative_errno() : fd;
}

pid_t control_group_fork(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        struct clone_args arguments = {.flags = CLONE_INTO_CGROUP | CLONE_PARENT};
        CLEANUP_CLOSE int fd = -1;
        const char *path;

        if (!control_group_find(&arena, container, &path))
                return fork();
        path = arena_join(&arena, path, "/" SUPERVISOR);
        if (make_directory(AT_FDCWD, path, 0755) < 0 || (fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
                return -1;
        arguments.cgroup = (unsigned)fd;
        return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

int control_group_check(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_CLOSEDIR DIR *directory = NULL;
        const struct dirent *entry;
        const char *path;

        if (!control_group_find(&arena, container, &path))
                return 0;
        directory = open_directory(AT_FDCWD, path);
        while (directory && (entry = readdir(directory)))
                /* systemd-nspawn has two below, one for itself and one for what runs inside. */
                if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
                        control_group_is_populated(dirfd(directory), entry->d_name))
                        return log_error(EBUSY,
                                "Container %s cannot start: processes of its previous run remain, see: systemd-cgls "
                                "%s/%s",
                                container, path + strlen(CONTROL_GROUPS), entry->d_name);
        return 0;
}
