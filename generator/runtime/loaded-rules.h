/* SPDX-License-Identifier: MIT */
/* The rules of running containers that the kernel has accepted, as one script for nft(8) that restores them: the file LOADED_RULES_FILE.
 * The host's own ruleset can include it, so that it is never without them. It contains nothing that nft has refused, as that would keep the
 * host from loading any of its rules. */
#pragma once

#include "base/buffer.h"

/* Reads it; a missing file is empty. */
MUST_CHECK int loaded_rules_read(Buffer *ret_text);

/* Whether the rules of @script are those that were loaded last, which hold unless somebody has deleted them. */
bool loaded_rules_are_of(const Buffer *loaded, const Buffer *script);

/* Sets the container's part of it to @script; an empty one removes that part. The caller has opened the @records. */
MUST_CHECK int loaded_rules_set(int records, const char *container, const Buffer *script);

/* Returns what the text @loaded then becomes. */
Buffer loaded_rules_with(const Buffer *loaded, const char *container, const Buffer *script);

/* Returns the length of a script without the elements at its end: of the rules, which all containers share. */
size_t rules_length(const Buffer *script);
