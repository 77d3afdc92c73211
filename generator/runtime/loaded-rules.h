/* SPDX-License-Identifier: MIT */
/* What the kernel has taken of the rules of the containers that run, as one script for nft(8), which brings about the same again: the file
 * LOADED_RULES_FILE. The host's own ruleset can include it, so that it is never without them. It has nothing that nft has refused, as that
 * would keep the host from all of its rules. */
#pragma once

#include "base/buffer.h"

/* Reads it; one that is not there is empty. */
MUST_CHECK int loaded_rules_read(Buffer *ret_text);

/* Has it say of the container what @script does, of which nothing is known if it is empty. For who has opened the @records. */
MUST_CHECK int loaded_rules_set(int records, const char *container, const Buffer *script);

/* What the text @loaded is then. */
Buffer loaded_rules_with(const Buffer *loaded, const char *container, const Buffer *script);

/* The length of a script without its elements, with which it ends: of the rules, which all containers share. */
size_t rules_length(const Buffer *script);
