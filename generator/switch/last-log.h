/* SPDX-License-Identifier: MIT */
/* The end of a unit's log, for who is told that it has failed. sd-journal(3) */
#pragma once

#include "base/common.h"

/* Has the journal take up what was logged until now. */
void last_log_sync(void);

/* Logs the last lines that @unit has logged since @since (clock.h), or else systemd of it, up to @length of them, indented. That there are
 * none, or the journal cannot be read, is not said. */
void last_log_show(const char *unit, uint64_t since, size_t length);
