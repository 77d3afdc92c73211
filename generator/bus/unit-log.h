/* SPDX-License-Identifier: MIT */
/* The logs of units: why they failed. sd-journal(3) */
#pragma once

#include <systemd/sd-bus.h>

#include "base/arena.h"

/* Waits until the journal has everything logged so far. */
void unit_log_sync(void);

/* Which entries of the journal to read. */
typedef struct UnitLogQuery {
        const char *match; /* "FIELD=VALUE" */
        /* A process whose entries are read, too; 0: none. journald cannot tell the unit of a process that has ended by the time it reads
         * its message. */
        pid_t process;
        pid_t left_out; /* a process whose entries are skipped; 0: none */
        uint64_t since; /* entries from then on (clock.h) */
} UnitLogQuery;

/* Reads the last errors that match @query or, if there are none, the last lines: at most @length, the oldest first, in printable form.
 * Returns how many there are; 0 also if the journal cannot be read. Owned by @arena. */
size_t unit_log_read(Arena *arena, UnitLogQuery query, size_t length, const char *ret_lines[]);

/* The query for all that @unit has logged in an @invocation, its last one: systemd at @bus knows which process that was, and since when.
 * systemd.exec(5), $INVOCATION_ID. Owned by @arena. */
UnitLogQuery unit_log_of_invocation(Arena *arena, sd_bus *bus, const char *unit, const char *invocation);

/* Returns the last lines that unit_log_read() finds, as one line that can be shown; NULL if there are none. Owned by @arena. */
const char *unit_log_summary(Arena *arena, UnitLogQuery query);
