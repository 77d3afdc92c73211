/* SPDX-License-Identifier: MIT */
/* The journal: what goes wrong is an error there. Standard error cannot say so, as a container has it too, with its console. */
#pragma once

#include "base/common.h"

/* Has messages go to the journal with their priorities, for @container, if that is where standard error goes: for a unit. Reads
 * $JOURNAL_STREAM, see systemd.exec(5). @container may be NULL. */
void journal_open(const char *container);
