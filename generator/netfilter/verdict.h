/* SPDX-License-Identifier: MIT */
/* What a chain of the host does with a packet that is known in part: the kernel's rules, evaluated as far as that goes. A rule that asks for
 * what is not known here may match. */
#pragma once

#include <net/if.h>

#include "netfilter/ruleset.h"

typedef struct Packet {
        uint8_t family; /* NFPROTO_IPV4 or NFPROTO_IPV6 */
        char in[IFNAMSIZ], out[IFNAMSIZ];
        bool is_from_container, is_to_container; /* "in" or "out" has the group of containers' links */
        const void *source, *destination;
        uint8_t protocol;
        uint16_t source_port, destination_port; /* in the order of the network */
        uint32_t state;                         /* NF_CT_STATE_BIT(…) of its connection, always known */
        uint32_t status, known_status;          /* IPS_… of its connection, and which of them are known */
        bool is_reply;
        /* Names that are empty, NULL and 0 are not known. */
} Packet;

/* Whether the base chain @base drops or rejects the packet for certain. *ret_chain is then the chain that does: @base by its policy, or one
 * with such a rule. */
bool chain_drops(Ruleset *ruleset, Chain *base, const Packet *packet, const Chain **ret_chain, bool *ret_by_policy);
