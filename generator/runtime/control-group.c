/* SPDX-License-Identifier: MIT */
#include "runtime/control-group.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/lines.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

#define CONTROL_GROUPS "/sys/fs/cgroup"

/* The path of the control group that this process is in. Owned by @arena. */
static int find_own(Arena *arena, const char **ret_path) {
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        int r = read_file("/proc/self/cgroup", &text);

        if (r < 0)
                return r;
        for_each_line(line, end, &text) {
                const char *path = line_behind(line, end, "0::");

                if (path) {
                        *ret_path = arena_join(arena, CONTROL_GROUPS, arena_copy(arena, path, (size_t)(end - path)));
                        return 0;
                }
        }
        return -ENOENT;
}

int control_group_open(void) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *path;
        int r = find_own(&arena, &path), fd;

        if (r < 0)
                return r;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? negative_errno() : fd;
}

/* Whether there are processes in the control group @name below @group, or further below. One that has gone meanwhile has none. */
static bool is_populated(int group, const char *name) {
        char path[NAME_MAX + sizeof("/cgroup.events")], text[128];
        CLEANUP_CLOSE int fd = -1;
        ssize_t length;

        snprintf(path, sizeof(path), "%s/cgroup.events", name);
        fd = openat(group, path, O_RDONLY | O_CLOEXEC);
        length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
        if (length < 0)
                return false;
        text[length] = '\0';
        return strstr(text, "populated 1") != NULL;
}

int control_group_check(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_CLOSEDIR DIR *directory = NULL;
        const struct dirent *entry;
        const char *path, *name;

        /* Whoever runs this by hand is in another. */
        if (find_own(&arena, &path) < 0 || !(name = strrchr(path, '/')) ||
                strcmp(name + 1, container_unit(&arena, container)) != 0)
                return 0;
        directory = open_directory(AT_FDCWD, path);
        while (directory && (entry = readdir(directory)))
                /* systemd-nspawn has two below, one for itself and one for what runs inside. */
                if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && is_populated(dirfd(directory), entry->d_name))
                        return log_error(EBUSY,
                                "Container %s cannot start: processes of its previous run remain, see: systemd-cgls "
                                "%s/%s",
                                container, path + strlen(CONTROL_GROUPS), entry->d_name);
        return 0;
}
