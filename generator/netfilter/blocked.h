/* SPDX-License-Identifier: MIT */
/* What the host's other rules drop of what a container is to send and receive through the host: Docker closes the chain FORWARD, firewalld
 * rejects what no zone accepts, and so may any table. What is accepted in the containers' own table is dropped in another one nevertheless,
 * nft(8). */
#pragma once

#include "netfilter/ruleset.h"

/* Appends to @messages, as lines, a message for each chain that drops packets of internetAccess, of forwards open to other machines, or
 * between the ports of a container's bridge, with what to write to allow them. @network and @script are RECORD_NETWORK and RECORD_NFT of the
 * container's state record. Only what is dropped for certain is reported. */
void blocked_find(
        Ruleset *ruleset, const char *container, const Buffer *network, const Buffer *script, Buffer *messages);

/* Whether any table but the containers' own decides about what the host forwards. */
bool blocked_may_be(const Ruleset *ruleset);

/* Logs those lines of @messages that @logged does not have, as warnings. Returns how many. */
size_t blocked_log(const Buffer *messages, const Buffer *logged);

/* Reads the ruleset, and logs what is found. What cannot be read is not reported. */
void blocked_warn(const char *container, const Buffer *network, const Buffer *script);
