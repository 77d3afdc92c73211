/* SPDX-License-Identifier: MIT */
/* Claims: what no two containers can have at once. Below the records, a symbolic link for each, named as it, leads to the name of the
 * container that has it. All of these are for who has opened the @records, and take claims as a record has them, a line each. */
#pragma once

#include "base/buffer.h"

/* The claim of one container that another one has. */
typedef struct ClaimConflict {
        char claim[NAME_MAX + 1];
        char holder[NAME_MAX + 1];
} ClaimConflict;

/* Takes the claims, up to the first that another container has: then it returns 1, and which that is. One that is held by a container
 * whose record does not say so is left over, and taken. */
MUST_CHECK int claims_take(int records, const char *container, const Buffer *claims, ClaimConflict *ret_conflict);

/* Gives up the container's claims but those in @kept. */
MUST_CHECK int claims_release(int records, const char *container, const Buffer *claims, const Buffer *kept);

/* Gives up all claims of a container that has no record to say which they are. */
void claims_release_all(int records, const char *container);
