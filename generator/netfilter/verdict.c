/* SPDX-License-Identifier: MIT */
#include "netfilter/verdict.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_conntrack.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>

#include "base/words.h"
#include "state/format.h"

/* Registers are 16 words, or 4 that are four times as long. */
#define REGISTERS_SIZE 64
#define WORD 4

/* The kernel's own limit, NFT_JUMP_STACK_SIZE. */
#define DEPTH_MAX 16

/* A ruleset in which each chain jumps to the next twice is not walked through to its end. */
#define RULES_MAX 100000

typedef enum Match { MATCH_NO, MATCH_MAYBE, MATCH_YES } Match;

/* How a chain is left. */
typedef enum Outcome { OUTCOME_CONTINUE, OUTCOME_ACCEPT, OUTCOME_DROP } Outcome;

/* Of one packet through a base chain, and of one rule. */
typedef struct Walk {
        Ruleset *ruleset;
        const Packet *packet;
        Chain *chain;
        const Chain *dropped_by;
        bool may_be_accepted;
        unsigned rules;

        uint8_t registers[REGISTERS_SIZE], known[REGISTERS_SIZE]; /* and which bits of them are */
        int verdict;                                              /* NFT_CONTINUE until there is one */
        const char *target;
} Walk;

typedef struct Span {
        const void *bytes;
        size_t length;
} Span;

static Span span_of(const struct nlattr *attribute) {
        return attribute ? (Span){attribute + 1, attribute->nla_len - sizeof(*attribute)} : (Span){NULL, 0};
}

static Span value_of(const struct nlattr *data) {
        return span_of(netlink_nested(data, NFTA_DATA_VALUE));
}

static uint32_t number(const struct nlattr *expression, unsigned type) {
        return netlink_number(netlink_nested(expression, type));
}

/* An attribute of text, which the kernel terminates. */
static const char *text_of(const struct nlattr *attribute) {
        Span span = span_of(attribute);

        return span.length > 0 && memchr(span.bytes, '\0', span.length) ? span.bytes : "";
}

/* Where a register is; -1 if there are not @length bytes. */
static ssize_t register_start(uint32_t number_of_it, size_t length) {
        size_t start = number_of_it >= NFT_REG32_00 ? (size_t)(number_of_it - NFT_REG32_00) * WORD
                       : number_of_it >= NFT_REG_1  ? (size_t)(number_of_it - NFT_REG_1) * WORD * 4
                                                    : REGISTERS_SIZE;

        return start < REGISTERS_SIZE && length <= REGISTERS_SIZE - start ? (ssize_t)start : -1;
}

/* The @length bytes in a register, or NULL if they are not all known. */
static const uint8_t *get(const Walk *walk, uint32_t number_of_it, size_t length) {
        ssize_t start = register_start(number_of_it, length);

        for (size_t i = 0; start >= 0 && i < length; i++)
                if (walk->known[(size_t)start + i] != UINT8_MAX)
                        return NULL;
        return start < 0 ? NULL : walk->registers + start;
}

static void forget(Walk *walk) {
        memset(walk->known, 0, sizeof(walk->known));
}

/* Sets a register, up to the end of its last word, to bytes, or to unknown ones if they are NULL. */
static void set(Walk *walk, uint32_t number_of_it, Span span) {
        size_t size = (span.length + WORD - 1) / WORD * WORD;
        ssize_t start = register_start(number_of_it, size);

        if (start < 0) {
                forget(walk);
                return;
        }
        memset(walk->registers + start, 0, size);
        memset(walk->known + start, span.bytes ? UINT8_MAX : 0, size);
        if (span.bytes)
                memcpy(walk->registers + start, span.bytes, span.length);
}

/* Sets which bits are known of what the register has been set to. */
static void set_known(Walk *walk, uint32_t number_of_it, Span bits) {
        ssize_t start = register_start(number_of_it, bits.length);

        if (start >= 0)
                memcpy(walk->known + start, bits.bytes, bits.length);
}

#define SPAN_OF(variable) ((Span){&(variable), sizeof(variable)})

static Match load_name(Walk *walk, uint32_t to, const char name[static IFNAMSIZ]) {
        set(walk, to, (Span){name[0] ? name : NULL, IFNAMSIZ});
        return MATCH_YES;
}

static Match load_index(Walk *walk, uint32_t to, const char *name) {
        uint32_t index = name[0] ? if_nametoindex(name) : 0;

        set(walk, to, (Span){index > 0 ? &index : NULL, sizeof(index)});
        return MATCH_YES;
}

static Match evaluate_meta(Walk *walk, const struct nlattr *expression) {
        const Packet *packet = walk->packet;
        const struct nlattr *attribute = netlink_nested(expression, NFTA_META_DREG);
        uint32_t to = netlink_number(attribute);
        static const uint32_t group = LINK_GROUP;
        uint16_t ethertype = htons(packet->family == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6);

        if (!attribute) /* it sets something of the packet */
                return MATCH_YES;
        switch (number(expression, NFTA_META_KEY)) {
        case NFT_META_IIFNAME:
                return load_name(walk, to, packet->in);
        case NFT_META_OIFNAME:
                return load_name(walk, to, packet->out);
        case NFT_META_IIF:
                return load_index(walk, to, packet->in);
        case NFT_META_OIF:
                return load_index(walk, to, packet->out);
        case NFT_META_NFPROTO:
                set(walk, to, SPAN_OF(packet->family));
                return MATCH_YES;
        case NFT_META_PROTOCOL:
                set(walk, to, SPAN_OF(ethertype));
                return MATCH_YES;
        case NFT_META_L4PROTO:
                set(walk, to, (Span){packet->protocol ? &packet->protocol : NULL, 1});
                return MATCH_YES;
        case NFT_META_IIFGROUP:
                set(walk, to, (Span){packet->is_from_container ? &group : NULL, sizeof(group)});
                return MATCH_YES;
        case NFT_META_OIFGROUP:
                set(walk, to, (Span){packet->is_to_container ? &group : NULL, sizeof(group)});
                return MATCH_YES;
        default:
                forget(walk);
                return MATCH_YES;
        }
}

static Match evaluate_ct(Walk *walk, const struct nlattr *expression) {
        const struct nlattr *attribute = netlink_nested(expression, NFTA_CT_DREG);
        uint8_t direction = walk->packet->is_reply;
        uint32_t to = netlink_number(attribute);

        if (!attribute)
                return MATCH_YES;
        switch (number(expression, NFTA_CT_KEY)) {
        case NFT_CT_STATE:
                set(walk, to, SPAN_OF(walk->packet->state));
                break;
        case NFT_CT_STATUS:
                set(walk, to, SPAN_OF(walk->packet->status));
                set_known(walk, to, SPAN_OF(walk->packet->known_status));
                break;
        case NFT_CT_DIRECTION:
                set(walk, to, SPAN_OF(direction));
                break;
        default:
                forget(walk);
        }
        return MATCH_YES;
}

/* What of the packet's own bytes is known. */
static Span payload(const Packet *packet, uint32_t base, uint32_t offset, uint32_t length) {
        bool is_ipv4 = packet->family == NFPROTO_IPV4;
        uint32_t size = is_ipv4 ? 4 : 16;
        const Span unknown = {NULL, length};

        if (base == NFT_PAYLOAD_TRANSPORT_HEADER && length == 2)
                return offset == 0 && packet->source_port        ? SPAN_OF(packet->source_port)
                       : offset == 2 && packet->destination_port ? SPAN_OF(packet->destination_port)
                                                                 : unknown;
        if (base != NFT_PAYLOAD_NETWORK_HEADER)
                return unknown;
        if (offset == (is_ipv4 ? offsetof(struct iphdr, saddr) : offsetof(struct ip6_hdr, ip6_src)) && length <= size)
                return (Span){packet->source, length};
        if (offset == (is_ipv4 ? offsetof(struct iphdr, daddr) : offsetof(struct ip6_hdr, ip6_dst)) && length <= size)
                return (Span){packet->destination, length};
        if (offset == (is_ipv4 ? offsetof(struct iphdr, protocol) : offsetof(struct ip6_hdr, ip6_nxt)) && length == 1)
                return (Span){packet->protocol ? &packet->protocol : NULL, 1};
        return unknown;
}

static Match evaluate_payload(Walk *walk, const struct nlattr *expression) {
        const struct nlattr *to = netlink_nested(expression, NFTA_PAYLOAD_DREG);

        if (to) /* otherwise it sets something of the packet */
                set(walk, netlink_number(to),
                        payload(walk->packet, number(expression, NFTA_PAYLOAD_BASE),
                                number(expression, NFTA_PAYLOAD_OFFSET), number(expression, NFTA_PAYLOAD_LEN)));
        return MATCH_YES;
}

/* A bit that the mask takes away is known whatever it was. */
static Match evaluate_bitwise(Walk *walk, const struct nlattr *expression) {
        uint32_t to = number(expression, NFTA_BITWISE_DREG), length = number(expression, NFTA_BITWISE_LEN);
        ssize_t start = register_start(number(expression, NFTA_BITWISE_SREG), length);
        Span mask = value_of(netlink_nested(expression, NFTA_BITWISE_MASK));
        Span flip = value_of(netlink_nested(expression, NFTA_BITWISE_XOR));
        uint8_t result[REGISTERS_SIZE], known[REGISTERS_SIZE];

        if (start < 0 || number(expression, NFTA_BITWISE_OP) != NFT_BITWISE_BOOL || mask.length != length ||
                flip.length != length) {
                set(walk, to, (Span){NULL, length});
                return MATCH_YES;
        }
        for (size_t i = 0; i < length; i++) {
                uint8_t kept = ((const uint8_t *)mask.bytes)[i];

                result[i] = (uint8_t)((walk->registers[(size_t)start + i] & kept) ^ ((const uint8_t *)flip.bytes)[i]);
                known[i] = (uint8_t)(walk->known[(size_t)start + i] | ~kept);
        }
        set(walk, to, (Span){result, length});
        set_known(walk, to, (Span){known, length});
        return MATCH_YES;
}

static Match match_if(bool condition) {
        return condition ? MATCH_YES : MATCH_NO;
}

static Match evaluate_cmp(Walk *walk, const struct nlattr *expression) {
        Span wanted = value_of(netlink_nested(expression, NFTA_CMP_DATA));
        const uint8_t *bytes = get(walk, number(expression, NFTA_CMP_SREG), wanted.length);
        int order = bytes && wanted.bytes ? memcmp(bytes, wanted.bytes, wanted.length) : 0;

        if (!bytes || wanted.length == 0)
                return MATCH_MAYBE;
        switch (number(expression, NFTA_CMP_OP)) {
        case NFT_CMP_EQ:
                return match_if(order == 0);
        case NFT_CMP_NEQ:
                return match_if(order != 0);
        case NFT_CMP_LT:
                return match_if(order < 0);
        case NFT_CMP_LTE:
                return match_if(order <= 0);
        case NFT_CMP_GT:
                return match_if(order > 0);
        case NFT_CMP_GTE:
                return match_if(order >= 0);
        default:
                return MATCH_MAYBE;
        }
}

/* One that cannot be read may be any. */
static void take_verdict(Walk *walk, const struct nlattr *data) {
        const struct nlattr *verdict = netlink_nested(data, NFTA_DATA_VERDICT);
        const struct nlattr *code = netlink_nested(verdict, NFTA_VERDICT_CODE);

        walk->verdict = code ? (int)netlink_number(code) : NF_QUEUE;
        walk->target = text_of(netlink_nested(verdict, NFTA_VERDICT_CHAIN));
}

static Match evaluate_lookup(Walk *walk, const struct nlattr *expression) {
        const char *name = text_of(netlink_nested(expression, NFTA_LOOKUP_SET));
        const struct nlattr *to = netlink_nested(expression, NFTA_LOOKUP_DREG);
        bool is_inverted = number(expression, NFTA_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV;
        const Set *set_of_it = ruleset_set(walk->ruleset, walk->chain, name);
        size_t length = set_of_it->key_length;
        const uint8_t *key = length > 0 ? get(walk, number(expression, NFTA_LOOKUP_SREG), length) : NULL;
        Element element = {0};
        int found = key ? ruleset_find(walk->ruleset, set_of_it, key, &element) : -ENODATA;
        Match match = found < 0 || element.is_conditional ? MATCH_MAYBE : match_if((found > 0) != is_inverted);

        if (!to)
                return match;
        if (netlink_number(to) != NFT_REG_VERDICT)
                forget(walk);
        else if (found > 0)
                take_verdict(walk, element.data);
        else if (found < 0) /* to one of those that it has, perhaps */
                walk->may_be_accepted = true;
        return match;
}

static Match evaluate_immediate(Walk *walk, const struct nlattr *expression) {
        const struct nlattr *data = netlink_nested(expression, NFTA_IMMEDIATE_DATA);
        uint32_t to = number(expression, NFTA_IMMEDIATE_DREG);

        if (to == NFT_REG_VERDICT)
                take_verdict(walk, data);
        else
                set(walk, to, value_of(data));
        return MATCH_YES;
}

static Match evaluate_reject(Walk *walk, const struct nlattr *expression UNUSED) {
        walk->verdict = NF_DROP;
        return MATCH_YES;
}

/* What another program decides about, or what the kernel answers itself. */
static Match evaluate_queue(Walk *walk, const struct nlattr *expression UNUSED) {
        walk->verdict = NF_QUEUE;
        return MATCH_YES;
}

/* An object of the table, or one of a map: what it is, is not said then. */
static Match evaluate_objref(Walk *walk, const struct nlattr *expression) {
        switch (number(expression, NFTA_OBJREF_IMM_TYPE)) {
        case NFT_OBJECT_COUNTER:
        case NFT_OBJECT_CT_HELPER:
        case NFT_OBJECT_TUNNEL:
        case NFT_OBJECT_CT_TIMEOUT:
        case NFT_OBJECT_SECMARK:
        case NFT_OBJECT_CT_EXPECT:
                return MATCH_YES;
        case NFT_OBJECT_QUOTA:
        case NFT_OBJECT_LIMIT:
        case NFT_OBJECT_CONNLIMIT:
                return MATCH_MAYBE;
        default:
                walk->may_be_accepted = true;
                return MATCH_MAYBE;
        }
}

/* Whether the state of the connection is one of the states of xt_conntrack, which has bits for NAT in them. */
static Match match_state(const Packet *packet, uint16_t states) {
        static const struct {
                bool is_status;
                uint32_t bit, state;
        } bits[] = {
                {false, NF_CT_STATE_BIT(IP_CT_NEW), XT_CONNTRACK_STATE_BIT(IP_CT_NEW)},
                {false, NF_CT_STATE_BIT(IP_CT_ESTABLISHED), XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED)},
                {true, IPS_SRC_NAT, XT_CONNTRACK_STATE_SNAT},
                {true, IPS_DST_NAT, XT_CONNTRACK_STATE_DNAT},
        };
        Match match = MATCH_NO;

        for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
                if (!(states & bits[i].state))
                        continue;
                if (bits[i].is_status && !(packet->known_status & bits[i].bit))
                        match = match == MATCH_NO ? MATCH_MAYBE : match;
                else if ((bits[i].is_status ? packet->status : packet->state) & bits[i].bit)
                        match = MATCH_YES;
        }
        return match;
}

/* A match of iptables(8). "-m state" is the same as "-m conntrack". */
static Match evaluate_match(Walk *walk, const struct nlattr *expression) {
        const char *name = text_of(netlink_nested(expression, NFTA_MATCH_NAME));
        Span span = span_of(netlink_nested(expression, NFTA_MATCH_INFO));
        struct xt_conntrack_mtinfo3 info;
        Match match = MATCH_YES;

        if (strcmp(name, "comment") == 0)
                return MATCH_YES;
        if (strcmp(name, "conntrack") != 0 || number(expression, NFTA_MATCH_REV) != 3 || span.length < sizeof(info))
                return MATCH_MAYBE;
        memcpy(&info, span.bytes, sizeof(info));
        if (info.match_flags & XT_CONNTRACK_STATE)
                match = match_state(walk->packet, info.state_mask);
        if (info.match_flags & info.invert_flags & XT_CONNTRACK_STATE)
                match = MATCH_YES - match;
        if (match == MATCH_NO || (info.match_flags & ~(XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS)) == 0)
                return match;
        return MATCH_MAYBE;
}

/* A target of iptables(8) that is no verdict of nftables. After those here, the next rule follows. */
static Match evaluate_target(Walk *walk, const struct nlattr *expression) {
        const char *name = text_of(netlink_nested(expression, NFTA_TARGET_NAME));

        if (strcmp(name, "REJECT") == 0)
                return evaluate_reject(walk, expression);
        return is_one_of(name, "AUDIT", "CHECKSUM", "CLASSIFY", "CONNMARK", "CONNSECMARK", "CT", "DSCP", "ECN", "HL",
                       "LOG", "MARK", "NFLOG", "SECMARK", "SET", "TCPMSS", "TCPOPTSTRIP", "TEE", "TOS", "TRACE", "TTL")
                       ? MATCH_YES
                       : evaluate_queue(walk, expression);
}

/* The ranges that are not written as two comparisons, as with "!=". */
static Match evaluate_range(Walk *walk, const struct nlattr *expression) {
        Span from = value_of(netlink_nested(expression, NFTA_RANGE_FROM_DATA));
        Span to = value_of(netlink_nested(expression, NFTA_RANGE_TO_DATA));
        const uint8_t *bytes = get(walk, number(expression, NFTA_RANGE_SREG), from.length);

        if (!bytes || from.length == 0 || to.length != from.length)
                return MATCH_MAYBE;
        return match_if((memcmp(bytes, from.bytes, from.length) >= 0 && memcmp(bytes, to.bytes, to.length) <= 0) ==
                        (number(expression, NFTA_RANGE_OP) == NFT_RANGE_EQ));
}

static Match evaluate_nothing(Walk *walk UNUSED, const struct nlattr *expression UNUSED) {
        return MATCH_YES;
}

static Match evaluate_expression(Walk *walk, const struct nlattr *element) {
        static const struct {
                const char *name;
                Match (*evaluate)(Walk *walk, const struct nlattr *expression);
        } known[] = {
                {"meta", evaluate_meta},
                {"ct", evaluate_ct},
                {"payload", evaluate_payload},
                {"cmp", evaluate_cmp},
                {"range", evaluate_range},
                {"bitwise", evaluate_bitwise},
                {"lookup", evaluate_lookup},
                {"immediate", evaluate_immediate},
                {"reject", evaluate_reject},
                {"queue", evaluate_queue},
                {"synproxy", evaluate_queue},
                {"objref", evaluate_objref},
                {"match", evaluate_match},
                {"target", evaluate_target},
                {"counter", evaluate_nothing},
                {"log", evaluate_nothing},
                {"notrack", evaluate_nothing},
                {"dup", evaluate_nothing},
                {"last", evaluate_nothing},
                {"flow_offload", evaluate_nothing},
        };
        const char *name = text_of(netlink_nested(element, NFTA_EXPR_NAME));
        const struct nlattr *expression = netlink_nested(element, NFTA_EXPR_DATA);

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
                if (strcmp(name, known[i].name) == 0)
                        return known[i].evaluate(walk, expression);
        forget(walk);
        return MATCH_MAYBE;
}

/* Whether the rule matches; then its verdict is in @walk. What is behind a verdict is not looked at: a map has some only for what is in it. */
static Match evaluate_rule(Walk *walk, const Rule *rule) {
        const char *next = rule->expressions;
        size_t length = rule->length;
        const struct nlattr *element = NULL;
        Match match = MATCH_YES, m;

        forget(walk);
        walk->verdict = NFT_CONTINUE;
        while (match != MATCH_NO && walk->verdict == NFT_CONTINUE && (element = netlink_take_attribute(&next, &length)))
                if ((m = evaluate_expression(walk, element)) < match)
                        match = m;
        if (!element && length > 0)
                walk->may_be_accepted = true;
        return match;
}

/* What is left of a chain whose rules cannot be read, or too many of them, may accept. */
static Outcome give_up(Walk *walk) {
        walk->may_be_accepted = true;
        return OUTCOME_CONTINUE;
}

/* Through @chain, which the packet gets to for certain or perhaps. NOLINTNEXTLINE(misc-no-recursion) */
static Outcome walk_chain(Walk *walk, Chain *chain, bool is_certain, unsigned depth) {
        if (!chain || depth > DEPTH_MAX || ruleset_read_rules(walk->ruleset, chain) < 0)
                return give_up(walk);
        for (const Rule *rule = chain->rules; rule; rule = rule->next) {
                Match match;
                Outcome outcome;
                bool is_sure;

                if (++walk->rules > RULES_MAX)
                        return give_up(walk);
                walk->chain = chain;
                match = evaluate_rule(walk, rule);
                is_sure = is_certain && match == MATCH_YES;
                if (match == MATCH_NO)
                        continue;
                switch (walk->verdict) {
                case NF_DROP:
                        if (!is_sure)
                                continue;
                        walk->dropped_by = chain;
                        return OUTCOME_DROP;
                case NFT_JUMP:
                case NFT_GOTO: {
                        bool returns = walk->verdict == NFT_JUMP;

                        outcome =
                                walk_chain(walk, ruleset_chain(walk->ruleset, chain, walk->target), is_sure, depth + 1);
                        if (outcome != OUTCOME_CONTINUE || (is_sure && !returns))
                                return outcome;
                        is_certain = is_certain && returns;
                        continue;
                }
                case NFT_RETURN:
                        if (is_sure)
                                return OUTCOME_CONTINUE;
                        is_certain = false;
                        continue;
                case NFT_CONTINUE:
                        continue;
                default: /* by another program, it may be accepted */
                        walk->may_be_accepted = true;
                        if (is_sure)
                                return OUTCOME_ACCEPT;
                }
        }
        return OUTCOME_CONTINUE;
}

bool chain_drops(Ruleset *ruleset, Chain *base, const Packet *packet, const Chain **ret_chain, bool *ret_by_policy) {
        Walk walk = {.ruleset = ruleset, .packet = packet};
        Outcome outcome = walk_chain(&walk, base, true, 0);

        if (walk.may_be_accepted || outcome == OUTCOME_ACCEPT || (outcome == OUTCOME_CONTINUE && !base->drops) ||
                !ruleset_is_used(ruleset, base))
                return false;
        *ret_by_policy = outcome == OUTCOME_CONTINUE;
        *ret_chain = *ret_by_policy ? base : walk.dropped_by;
        return true;
}
