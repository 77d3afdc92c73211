/* SPDX-License-Identifier: MIT */
/* What units have logged: why they have failed. sd-journal(3) */
#pragma once

#include "base/arena.h"

/* Has the journal take up what was logged until now. */
void unit_log_sync(void);

/* Which entries of the journal are read. */
typedef struct UnitLogQuery {
        const char *match; /* "FIELD=VALUE" */
        /* A process whose entries are read too, 0 for none: journald does not know the unit of a process that has ended before it reads what
         * that has logged. */
        pid_t process;
        pid_t left_out; /* a process whose entries are not, 0 for none */
        uint64_t since; /* those that came then or later (clock.h) */
} UnitLogQuery;

/* Reads the last errors that @query finds, or if there are none, the last lines: up to @length of them, the oldest first, as they can be shown.
 * Returns how many there are, 0 too if the journal cannot be read. Owned by @arena. */
size_t unit_log_read(Arena *arena, UnitLogQuery query, size_t length, const char *ret_lines[]);
