/* SPDX-License-Identifier: MIT */
/* The end of a container: what its record says was added is removed, whatever the manifest says by now. */
#pragma once

#include "base/common.h"

/* Undoes what the record says was added, and removes the record. Does nothing if there is none. What cannot be undone stays in the record,
 * with RECORD_ENDING, and is tried again by the next call. A record that cannot be read is left as it is. Nobody has opened the records. */
MUST_CHECK int container_remove(const char *container);

/* Keeps container_remove() waiting until the descriptor that is returned is closed, here and in all processes that inherit it: what a
 * start has begun may go on when the process that has begun it is killed. */
MUST_CHECK int container_hold(const char *container);
