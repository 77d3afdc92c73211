/* SPDX-License-Identifier: MIT */
/* The units that the generator writes, in its directory: it is emptied and written anew at each daemon-reload. */
#pragma once

#include "base/buffer.h"
#include "state/claims.h"

/* Reads the unit of @container in @directory. Waits until it is there and whole. */
MUST_CHECK int generated_read(const char *directory, const char *container, Buffer *ret_unit);

/* Whether the container that has a claim is to lose it: it is no longer declared, or no longer with it. */
bool generated_is_giving_up(const char *directory, const ClaimConflict *conflict);
