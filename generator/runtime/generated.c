/* SPDX-License-Identifier: MIT */
#include "runtime/generated.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/lines.h"
#include "runtime/wait.h"
#include "state/record.h"
#include "state/unit.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* The longest that the generator is waited for, in milliseconds. */
#define WAIT_MAX 60000

/* Replaces the last line of the unit by its sections, if they are in the file @sections. */
static int append_sections(const char *sections, const char *container, Buffer *unit) {
        CLEANUP_CLOSE int fd = open(sections, O_RDONLY | O_CLOEXEC);
        const char *text;
        struct stat st;
        int r;

        if (fd < 0 || fstat(fd, &st) < 0)
                return negative_errno();
        if (st.st_size == 0)
                return 0;
        text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (text == MAP_FAILED)
                return negative_errno();
        r = unit_append_sections(unit, container, text, (size_t)st.st_size);
        (void)munmap((void *)text, (size_t)st.st_size);
        return r;
}

/* Reads the unit of @container as far as it is there. Returns whether that is all of it: 1 or 0. */
static int read_generated(Arena *arena, const char *directory, const char *path, const char *container, Buffer *unit) {
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat st;
        int r;

        unit->length = 0;
        if (fd < 0 || (r = read_file(fd_path(fd).text, unit)) < 0)
                return fd < 0 ? negative_errno() : r;
        if (!unit_is_continued(unit))
                return unit_is_whole(unit);
        r = append_sections(arena_join(arena, directory, "/" SECTIONS_FILE), container, unit);
        /* All that the generator has written goes before it writes again: if the unit is there, both are of one run. */
        if (r > 0 && fstat(fd, &st) < 0)
                return negative_errno();
        return r > 0 ? st.st_nlink > 0 : r == -ENOENT ? 0 : r;
}

int generated_read(const char *directory, const char *container, Buffer *ret_unit) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer unit = BUFFER_NULL;
        const char *path = arena_printf(&arena, "%s/%s", directory, container_unit(&arena, container));
        int r = 0;

        for (unsigned waited = 0; waited < WAIT_MAX; wait_a_moment(&waited)) {
                r = read_generated(&arena, directory, path, container, &unit);
                if (r > 0) {
                        *ret_unit = unit;
                        unit = BUFFER_NULL;
                        return 0;
                }
                if (r < 0 && r != -ENOENT)
                        return log_error(r, "Failed to read %s: %m", path);
        }
        return log_error(ETIMEDOUT, "%s is %s. Run: systemctl daemon-reload", path, r < 0 ? "missing" : "incomplete");
}

bool generated_is_giving_up(const char *directory, const ClaimConflict *conflict) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer unit = BUFFER_NULL;
        const char *path = arena_printf(&arena, "%s/%s", directory, container_unit(&arena, conflict->holder));
        int r;

        if (access(arena_join(&arena, path, ".d/" RETIRED_DROP_IN), F_OK) == 0)
                return true;
        r = read_generated(&arena, directory, path, conflict->holder, &unit);
        /* While the generator writes it is not there; the unit of a broken container has no claims, and no end. */
        return r < 0 ? r == -ENOENT : r > 0 && !has_line(&unit, conflict->claim, strlen(conflict->claim));
}
