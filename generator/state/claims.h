/* SPDX-License-Identifier: MIT */
/* Claims: what only one container can have at a time. Each is a symbolic link below the records, named after the claim, that leads to the
 * name of the container that has it. The caller of all of these has opened the @records. Claims are in the format of a state record, one
 * per line. */
#pragma once

#include "base/buffer.h"

/* A claim of one container that another one has. */
typedef struct ClaimConflict {
        char claim[NAME_MAX + 1];
        char holder[NAME_MAX + 1];
} ClaimConflict;

/* Takes the claims, up to the first that another container has: then returns 1, and which one that is. A claim of a container whose state
 * record does not have it is stale, and is taken. */
MUST_CHECK int claims_take(int records, const char *container, const Buffer *claims, ClaimConflict *ret_conflict);

/* Releases the container's claims, except those in @kept. */
MUST_CHECK int claims_release(int records, const char *container, const Buffer *claims, const Buffer *kept);

/* Releases all claims of a container that has no state record to list them. */
void claims_release_all(int records, const char *container);
