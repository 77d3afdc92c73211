/* SPDX-License-Identifier: MIT */
/* The host's nftables rules, those of iptables-nft included, as the kernel lists them over nfnetlink: nft(8) takes longer to start. Chains
 * are read at once, their rules as they are needed, and of sets only the elements that are looked for: some are lists of half the internet.
 * Everything read is owned by the ruleset. */
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

typedef struct Set {
        struct Set *next;
        uint8_t family;
        const char *table, *name;
        size_t key_length; /* 0: the set cannot be read, or packets change it */
} Set;

typedef struct Element {
        const struct nlattr *data; /* of a map, or NULL */
        bool is_conditional;       /* it has expressions that decide whether it matches, such as a limit */
} Element;

typedef struct Ruleset {
        Arena arena;
        int fd;
        Chain *chains;
        Set *sets;
} Ruleset;

#define RULESET_NULL ((Ruleset){.fd = -1})

/* Reads all chains, through a socket of its own unless there is one. Fails without logging; with -EPERM for who may not read them. */
MUST_CHECK int ruleset_read(Ruleset *ruleset);

/* Finds a chain of the same table as @other; NULL if there is none. */
Chain *ruleset_chain(Ruleset *ruleset, const Chain *other, const char *name);

/* Whether the table of the chain is known to be there and in use: with the flag "dormant", none of its chains see a packet. */
bool ruleset_is_used(Ruleset *ruleset, const Chain *chain);

/* Reads the rules of the chain, unless it is read. */
MUST_CHECK int ruleset_read_rules(Ruleset *ruleset, Chain *chain);

/* Finds a set or map of the table of @chain, anonymous ones included. */
const Set *ruleset_set(Ruleset *ruleset, const Chain *chain, const char *name);

/* Asks the kernel for the element that @key, of the set's key_length, is in: it knows of intervals and of "*". Returns whether there is one. */
MUST_CHECK int ruleset_find(Ruleset *ruleset, const Set *set, const void *key, Element *ret);

void ruleset_free(Ruleset *ruleset);

#define CLEANUP_RULESET CLEANUP(ruleset_free)
