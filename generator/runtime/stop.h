/* SPDX-License-Identifier: MIT */
/* The end of a container: removes what was added according to its state record, whatever the manifest says by then. */
#pragma once

#include "base/common.h"

/* Undoes what was added according to the state record, and removes the record. Does nothing if there is none. What cannot be undone stays
 * in the record, with RECORD_ENDING, and the next call tries again. An unreadable record is left unchanged. The caller must not have opened
 * the records. */
MUST_CHECK int container_remove(const char *container);

/* The same if the container has ended, see state/control-groups.h. Returns 0 if it has not, as it runs again, or somebody was quicker; 1 if
 * that was done. */
MUST_CHECK int container_end(const char *container);

/* Makes container_remove() wait until the returned descriptor is closed, here and in all processes that inherit it: what a start has begun
 * may continue when the process that has begun it is killed. */
MUST_CHECK int container_hold(const char *container);
