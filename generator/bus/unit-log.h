/* SPDX-License-Identifier: MIT */
/* What units have logged: why they have failed. sd-journal(3) */
#pragma once

#include "base/arena.h"

/* Has the journal take up what was logged until now. */
void unit_log_sync(void);

/* Reads the last errors in the journal that @match, "FIELD=VALUE", and have come since @since (clock.h), or if there are none, the last lines: up
 * to @length of them, the oldest first, as they can be shown. What the process @left_out has said, if it is not 0, is not among them. Returns how
 * many there are, 0 too if the journal cannot be read. Owned by @arena. */
size_t unit_log_read(
        Arena *arena, const char *match, pid_t left_out, uint64_t since, size_t length, const char *ret_lines[]);
