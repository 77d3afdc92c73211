/* SPDX-License-Identifier: MIT */
/* The host's nftables rules, those of iptables-nft included, as the kernel lists them over nfnetlink: nft(8) takes longer to start. Chains
 * are read at once, their rules and the sets that these look into as they are needed. Everything read is owned by the ruleset. */
#pragma once

#include "base/arena.h"
#include "base/netlink.h"

typedef struct Rule {
        struct Rule *next;
        const void *expressions; /* attributes, each an expression; linux/netfilter/nf_tables.h */
        size_t length;
} Rule;

typedef struct Chain {
        struct Chain *next;
        uint8_t family; /* NFPROTO_… */
        const char *table, *name;
        bool filters_forwarded; /* it is a base chain for what the host forwards */
        bool drops;             /* by its policy */
        bool is_read;
        Rule *rules;
} Chain;

typedef struct Element {
        struct Element *next;
        const uint8_t *key;
        size_t length;
        bool ends_interval, has_range, is_any; /* by NFT_SET_ELEM_…; a range has two keys */
        const struct nlattr *data;             /* of a map, or NULL */
} Element;

typedef struct Set {
        struct Set *next;
        uint8_t family;
        const char *table, *name;
        bool is_complete; /* all of its elements are here */
        size_t length;
        Element *elements;
} Set;

typedef struct Ruleset {
        Arena arena;
        int fd;
        Chain *chains;
        Set *sets;
} Ruleset;

#define RULESET_NULL ((Ruleset){.fd = -1})

/* Reads all chains. Fails without logging; with -EPERM for who may not read them. */
MUST_CHECK int ruleset_read(Ruleset *ruleset);

/* Finds a chain of the same table as @other; NULL if there is none. */
Chain *ruleset_chain(Ruleset *ruleset, const Chain *other, const char *name);

/* Reads the rules of the chain, unless it is read. */
MUST_CHECK int ruleset_read_rules(Ruleset *ruleset, Chain *chain);

/* Finds a set or map of the table of @chain, anonymous ones included, and reads its elements. One with very many is not read completely. */
const Set *ruleset_set(Ruleset *ruleset, const Chain *chain, const char *name);

void ruleset_free(Ruleset *ruleset);

#define CLEANUP_RULESET CLEANUP(ruleset_free)
