/* SPDX-License-Identifier: MIT */
#include "runtime/generated.h"

#include "base/file.h"
#include "base/lines.h"
#include "runtime/wait.h"
#include "state/format.h"
#include "state/record.h"
#include "state/unit.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* The longest that the generator is waited for, in milliseconds. */
#define WAIT_MAX 60000

int generated_read(const char *directory, const char *container, Buffer *ret_unit) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer unit = BUFFER_NULL;
        const char *path = arena_printf(&arena, "%s/%s", directory, container_unit(&arena, container));
        int r = 0;

        for (unsigned waited = 0; waited < WAIT_MAX; wait_a_moment(&waited)) {
                unit.length = 0;
                r = read_file(path, &unit);
                if (r >= 0 && unit_is_whole(&unit)) {
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
        r = read_file(path, &unit);
        /* While the generator writes it is not there; the unit of a broken container has no claims, and no end. */
        return r < 0 ? r == -ENOENT
                     : memmem(unit.text, unit.length, "\n" UNIT_END, strlen("\n" UNIT_END)) &&
                               !has_line(&unit, conflict->claim, strlen(conflict->claim));
}
