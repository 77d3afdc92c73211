/* SPDX-License-Identifier: MIT */
/* The journal: failures are errors there. Standard error cannot mark them as such, because the container has it too, as its console. */
#pragma once

#include "base/common.h"

/* Sends messages for @container to the journal with their priorities, if that is where standard error goes: for units. Reads
 * $JOURNAL_STREAM, see systemd.exec(5). @container may be NULL. */
void journal_open(const char *container);

/* Has messages be about @unit from then on: they are in its log, and its status. NULL: about the unit of this process. */
void journal_set_subject(const char *unit);
