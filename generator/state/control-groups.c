/* SPDX-License-Identifier: MIT */
#include "state/control-groups.h"

#include <time.h>

#include "base/file.h"
#include "base/lines.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

int control_group_find_own(Arena *arena, const char **ret_path) {
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

bool control_group_find(Arena *arena, const char *container, const char **ret_path) {
        const char *name;

        return control_group_find_own(arena, ret_path) >= 0 && (name = strrchr(*ret_path, '/')) &&
               strcmp(name + 1, container_unit(arena, container)) == 0;
}

bool control_group_is_populated(int group, const char *path) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_CLOSE int fd = openat(group, arena_join(&arena, path, "/cgroup.events"), O_RDONLY | O_CLOEXEC);
        char text[128];
        ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

        if (length < 0)
                return false;
        text[length] = '\0';
        return strstr(text, "populated 1") != NULL;
}

int control_groups_note(int records, const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *invocation = getenv("INVOCATION_ID"), *path;
        const RecordPath link = record_path(CONTROL_GROUPS_DIRECTORY, container);

        if (!control_group_find(&arena, container, &path))
                return 0;
        control_groups_forget(records, container);
        if (make_directory(records, CONTROL_GROUPS_DIRECTORY, 0700) < 0 ||
                symlinkat(arena_printf(&arena, "%s:%s", invocation ? invocation : "", path), records, link.text) < 0)
                return log_error(negative_errno(), "Failed to create the link " RECORDS_DIRECTORY "/%s: %m", link.text);
        return 0;
}

void control_groups_forget(int records, const char *container) {
        (void)unlinkat(records, record_path(CONTROL_GROUPS_DIRECTORY, container).text, 0);
}

bool control_groups_read(Arena *arena, const char *container, NotedGroup *ret_group) {
        char target[PATH_MAX], *colon;
        ssize_t length = readlink(arena_join(arena, RECORDS_DIRECTORY "/" CONTROL_GROUPS_DIRECTORY "/", container),
                target, sizeof(target));

        if (length < 0 || !(colon = memchr(target, ':', (size_t)length)))
                return false;
        *ret_group = (NotedGroup){
                .invocation = arena_copy(arena, target, (size_t)(colon - target)),
                .path = arena_copy(arena, colon + 1, (size_t)(target + length - colon - 1)),
        };
        return true;
}

bool control_groups_has_ended(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        NotedGroup group;

        return control_groups_read(&arena, container, &group) && !control_group_is_populated(AT_FDCWD, group.path);
}

/* Whether that was tried, and is left to others. */
static bool has_failed_to_end(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        return path_exists(arena_printf(&arena, RECORDS_DIRECTORY "/%s/" RECORD_ENDING, container));
}

bool control_groups_wait_for_end(const char *container) {
        const struct timespec moment = {.tv_nsec = 10L * 1000 * 1000};
        bool has_ended = false;

        for (int i = 0; i < 300 && !has_failed_to_end(container) && control_groups_has_ended(container); i++) {
                has_ended = true;
                (void)nanosleep(&moment, NULL);
        }
        return has_ended && !record_may_exist(container);
}
