/* SPDX-License-Identifier: MIT */
/* The units in the generator's directory, which each daemon-reload empties and writes again. */
#pragma once

#include "base/buffer.h"
#include "state/claims.h"

/* Reads the unit of @container in @directory. Waits until it exists and is complete. */
MUST_CHECK int generated_read(const char *directory, const char *container, Buffer *ret_unit);

/* Whether the container that has a claim is about to lose it: it is undeclared, or no longer declared with it. */
bool generated_is_giving_up(const char *directory, const ClaimConflict *conflict);
