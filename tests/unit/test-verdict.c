/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_conntrack.h>
#include <stdlib.h>

#include "base/words.h"
#include "netfilter.h"
#include "netfilter/verdict.h"
#include "state/format.h"

static const uint8_t address[4] = {10, 0, 0, 2};

/* A new connection that a container opens. */
static Packet packet_out(void) {
        return (Packet){
                .family = NFPROTO_IPV4,
                .in = "ve-web",
                .out = "eth0",
                .is_from_container = true,
                .source = address,
                .protocol = IPPROTO_TCP,
                .state = NF_CT_STATE_BIT(IP_CT_NEW),
                .known_status = IPS_SEEN_REPLY | IPS_SRC_NAT | IPS_DST_NAT,
        };
}

/* Chains of the table that is tested, of which the first is the one on the hook, and what the kernel answers. */
typedef struct Host {
        Ruleset ruleset;
        Chain chains[4];
        int kernel;
} Host;

static void start_host(Host *host, bool drops) {
        static const char *const names[] = {"forward", "a", "b", "c"};
        int fds[2];

        open_kernel(fds);
        *host = (Host){.ruleset = {.fd = fds[0], .chains = host->chains}, .kernel = fds[1]};
        for (size_t i = 0; i < 4; i++)
                host->chains[i] = (Chain){
                        .next = i < 3 ? &host->chains[i + 1] : NULL,
                        .family = NFPROTO_INET,
                        .table = "t",
                        .name = names[i],
                        .filters_forwarded = i == 0,
                        .drops = i == 0 && drops,
                        .is_read = true,
                };
}

/* Whether the first chain drops the packet, of which there is to be no doubt. */
static bool drops(Host *host, const Packet *packet) {
        const Chain *by;
        bool by_policy;

        answer_table(host->kernel, 0);
        return chain_drops(&host->ruleset, host->chains, packet, &by, &by_policy);
}

/* Appends a rule of these expressions, in memory of just that length. */
static void add_rule(Host *host, size_t chain, const char *expressions, size_t length) {
        Rule **end = &host->chains[chain].rules, *rule = arena_alloc(&host->ruleset.arena, sizeof(*rule));
        char *copy = malloc(length > 0 ? length : 1);

        assert_non_null(copy);
        memcpy(copy, expressions, length);
        *rule = (Rule){.expressions = copy, .length = length};
        while (*end)
                end = &(*end)->next;
        *end = rule;
}

static void end_rule(Host *host, size_t chain, Buffer *rule) {
        add_rule(host, chain, rule->text, rule->length);
        buffer_free(rule);
}

static void free_rules(Host *host) {
        for (size_t i = 0; i < 4; i++) {
                for (Rule *rule = host->chains[i].rules; rule; rule = rule->next)
                        free((void *)rule->expressions);
                host->chains[i].rules = NULL;
        }
}

static void end_host(Host *host) {
        free_rules(host);
        ruleset_free(&host->ruleset);
        close(host->kernel);
}

/* An expression of what is added between both. */
typedef struct Place {
        size_t element, data;
} Place;

static Place begin(Buffer *rule, const char *name) {
        Place place = {.element = netlink_begin_attribute(rule, NFTA_LIST_ELEM)};

        add_text(rule, NFTA_EXPR_NAME, name);
        place.data = netlink_begin_attribute(rule, NFTA_EXPR_DATA);
        return place;
}

static void end(Buffer *rule, Place place) {
        netlink_end_attribute(rule, place.data);
        netlink_end_attribute(rule, place.element);
}

/* Expressions that load something into the first register. */
static void load(Buffer *rule, const char *name, unsigned to, unsigned key_type, uint32_t key) {
        Place place = begin(rule, name);

        add_number(rule, to, NFT_REG32_00);
        add_number(rule, key_type, key);
        end(rule, place);
}

static void meta(Buffer *rule, uint32_t key) {
        load(rule, "meta", NFTA_META_DREG, NFTA_META_KEY, key);
}

static void ct(Buffer *rule, uint32_t key) {
        load(rule, "ct", NFTA_CT_DREG, NFTA_CT_KEY, key);
}

static void payload(Buffer *rule, uint32_t base, uint32_t offset, uint32_t length) {
        Place place = begin(rule, "payload");

        add_number(rule, NFTA_PAYLOAD_DREG, NFT_REG32_00);
        add_number(rule, NFTA_PAYLOAD_BASE, base);
        add_number(rule, NFTA_PAYLOAD_OFFSET, offset);
        add_number(rule, NFTA_PAYLOAD_LEN, length);
        end(rule, place);
}

static void bitwise(Buffer *rule, const void *mask, size_t length) {
        static const char zero[16];
        Place place = begin(rule, "bitwise");

        add_number(rule, NFTA_BITWISE_SREG, NFT_REG32_00);
        add_number(rule, NFTA_BITWISE_DREG, NFT_REG32_00);
        add_number(rule, NFTA_BITWISE_LEN, (uint32_t)length);
        add_value(rule, NFTA_BITWISE_MASK, mask, length);
        add_value(rule, NFTA_BITWISE_XOR, zero, length);
        end(rule, place);
}

static void cmp(Buffer *rule, uint32_t op, const void *bytes, size_t length) {
        Place place = begin(rule, "cmp");

        add_number(rule, NFTA_CMP_SREG, NFT_REG32_00);
        add_number(rule, NFTA_CMP_OP, op);
        add_value(rule, NFTA_CMP_DATA, bytes, length);
        end(rule, place);
}

static void lookup(Buffer *rule, bool is_map, bool is_inverted) {
        Place place = begin(rule, "lookup");

        add_text(rule, NFTA_LOOKUP_SET, "s");
        add_number(rule, NFTA_LOOKUP_SREG, NFT_REG32_00);
        if (is_map)
                add_number(rule, NFTA_LOOKUP_DREG, NFT_REG_VERDICT);
        add_number(rule, NFTA_LOOKUP_FLAGS, is_inverted ? NFT_LOOKUP_F_INV : 0);
        end(rule, place);
}

static void verdict(Buffer *rule, int code, const char *chain) {
        Place place = begin(rule, "immediate");

        add_number(rule, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
        add_verdict(rule, NFTA_IMMEDIATE_DATA, code, chain);
        end(rule, place);
}

static void named(Buffer *rule, const char *name) {
        end(rule, begin(rule, name));
}

static void target(Buffer *rule, const char *name) {
        Place place = begin(rule, "target");

        add_text(rule, NFTA_TARGET_NAME, name);
        end(rule, place);
}

static void conntrack(Buffer *rule, uint16_t flags, uint16_t inverted, uint16_t states) {
        const struct xt_conntrack_mtinfo3 info = {.match_flags = flags, .invert_flags = inverted, .state_mask = states};
        Place place = begin(rule, "match");

        add_text(rule, NFTA_MATCH_NAME, "conntrack");
        add_number(rule, NFTA_MATCH_REV, 3);
        netlink_add_attribute(rule, NFTA_MATCH_INFO, &info, sizeof(info));
        end(rule, place);
}

static void object(Buffer *rule, uint32_t type) {
        Place place = begin(rule, "objref");

        add_number(rule, NFTA_OBJREF_IMM_TYPE, type);
        end(rule, place);
}

/* What is matched for certain is dropped by a rule, and what is not matched for certain by the policy behind one that accepts. */
typedef enum Wanted { NO, MAYBE, YES } Wanted;

static void check(Buffer *condition, const Packet *packet, Wanted wanted) {
        for (int accepts = 0; accepts < 2; accepts++) {
                CLEANUP_BUFFER Buffer rule = BUFFER_NULL;
                Host host;

                start_host(&host, accepts);
                buffer_append(&rule, condition->text, condition->length);
                verdict(&rule, accepts ? NF_ACCEPT : NF_DROP, NULL);
                end_rule(&host, 0, &rule);
                assert_int_equal(drops(&host, packet), wanted == (accepts ? NO : YES));
                end_host(&host);
        }
        buffer_free(condition);
}

static void names_groups_and_protocols_are_compared(void **state) {
        static const char name[IFNAMSIZ] = "ve-web", other[IFNAMSIZ] = "ve-we";
        const uint32_t group = LINK_GROUP, index = 99999;
        const uint16_t ethertype = htons(ETH_P_IP);
        const uint8_t tcp = IPPROTO_TCP, ipv4 = NFPROTO_IPV4;
        const struct {
                uint32_t key;
                const void *bytes;
                size_t length;
                Wanted wanted;
        } cases[] = {
                {NFT_META_IIFNAME, name, IFNAMSIZ, YES},
                {NFT_META_IIFNAME, other, IFNAMSIZ, NO},
                {NFT_META_IIFNAME, "ve-", 3, YES}, /* ve-* */
                {NFT_META_IIFNAME, "vb-", 3, NO},
                {NFT_META_OIFNAME, "eth", 3, YES},
                {NFT_META_IIF, &index, 4, MAYBE}, /* there is no such link */
                {NFT_META_NFPROTO, &ipv4, 1, YES},
                {NFT_META_PROTOCOL, &ethertype, 2, YES},
                {NFT_META_L4PROTO, &tcp, 1, YES},
                {NFT_META_IIFGROUP, &group, 4, YES},
                {NFT_META_OIFGROUP, &group, 4, MAYBE},
                {NFT_META_MARK, &group, 4, MAYBE},
        };
        Packet packet = packet_out();

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Buffer rule = BUFFER_NULL;

                meta(&rule, cases[i].key);
                cmp(&rule, NFT_CMP_EQ, cases[i].bytes, cases[i].length);
                check(&rule, &packet, cases[i].wanted);
        }
        packet.is_from_container = false;
        packet.is_to_container = true;
        for (int to_container = 0; to_container < 2; to_container++) {
                Buffer rule = BUFFER_NULL;

                meta(&rule, to_container ? NFT_META_OIFGROUP : NFT_META_IIFGROUP);
                cmp(&rule, NFT_CMP_EQ, &group, 4);
                check(&rule, &packet, to_container ? YES : MAYBE);
        }
        packet.out[0] = '\0';
        for (uint32_t op = NFT_CMP_EQ; op <= NFT_CMP_NEQ; op++) {
                Buffer rule = BUFFER_NULL;

                meta(&rule, NFT_META_OIFNAME);
                cmp(&rule, op, name, IFNAMSIZ);
                check(&rule, &packet, MAYBE);
        }
}

static void addresses_and_ports_are_compared_as_far_as_they_are_known(void **state) {
        const uint16_t port = htons(80);
        const struct {
                uint32_t base, offset, length;
                uint32_t op;
                const void *bytes;
                Wanted wanted;
        } cases[] = {
                {NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_CMP_EQ, address, YES},
                {NFT_PAYLOAD_NETWORK_HEADER, 12, 1, NFT_CMP_EQ, "\x0a", YES}, /* 10.0.0.0/8 */
                {NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_CMP_LT, "\x0a\0\0\x03", YES},
                {NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_CMP_LT, address, NO},
                {NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_CMP_LTE, address, YES},
                {NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_CMP_GT, address, NO},
                {NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_CMP_GTE, address, YES},
                {NFT_PAYLOAD_NETWORK_HEADER, 16, 4, NFT_CMP_EQ, address, MAYBE}, /* wherever it goes */
                {NFT_PAYLOAD_NETWORK_HEADER, 12, 8, NFT_CMP_EQ, "\x0a\0\0\x02\x0a\0\0\x02", MAYBE},
                {NFT_PAYLOAD_NETWORK_HEADER, 9, 1, NFT_CMP_EQ, "\x06", YES},
                {NFT_PAYLOAD_NETWORK_HEADER, 8, 1, NFT_CMP_EQ, "\x40", MAYBE}, /* the TTL */
                {NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2, NFT_CMP_EQ, &port, YES},
                {NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_CMP_EQ, &port, MAYBE},
                {NFT_PAYLOAD_TRANSPORT_HEADER, 13, 1, NFT_CMP_EQ, "\x02", MAYBE}, /* flags */
                {NFT_PAYLOAD_LL_HEADER, 12, 4, NFT_CMP_EQ, address, MAYBE},
        };
        Packet packet = packet_out();

        (void)state;
        packet.source_port = port;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Buffer rule = BUFFER_NULL;

                payload(&rule, cases[i].base, cases[i].offset, cases[i].length);
                cmp(&rule, cases[i].op, cases[i].bytes, cases[i].length);
                check(&rule, &packet, cases[i].wanted);
        }
}

static void a_mask_takes_away_what_is_not_known(void **state) {
        const struct {
                uint32_t mask;
                Wanted wanted;
        } cases[] = {
                {IPS_SEEN_REPLY, YES},
                {IPS_SEEN_REPLY | IPS_DST_NAT, YES},
                {IPS_ASSURED, MAYBE},
                {IPS_DST_NAT, NO},
                {~0U, MAYBE},
        };
        const uint32_t zero = 0;
        Packet packet = packet_out();

        (void)state;
        packet.status = IPS_SEEN_REPLY;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Buffer rule = BUFFER_NULL;

                ct(&rule, NFT_CT_STATUS);
                bitwise(&rule, &cases[i].mask, 4);
                cmp(&rule, NFT_CMP_NEQ, &zero, 4);
                check(&rule, &packet, cases[i].wanted);
        }
}

static void ranges_are_compared(void **state) {
        static const struct {
                const char *from, *to;
                uint32_t op;
                Wanted wanted;
        } cases[] = {
                {"\x0a\0\0\0", "\x0a\0\0\x02", NFT_RANGE_EQ, YES},
                {"\x0a\0\0\x02", "\x0a\0\0\x02", NFT_RANGE_EQ, YES},
                {"\x0a\0\0\x03", "\x0a\0\0\x09", NFT_RANGE_EQ, NO},
                {"\x0a\0\0\x03", "\x0a\0\0\x09", NFT_RANGE_NEQ, YES},
                {"\x0a\0\0\0", "\x0a\0\0\x02", NFT_RANGE_NEQ, NO},
        };
        Packet packet = packet_out();

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Buffer rule = BUFFER_NULL;
                Place place;

                payload(&rule, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
                place = begin(&rule, "range");
                add_number(&rule, NFTA_RANGE_SREG, NFT_REG32_00);
                add_number(&rule, NFTA_RANGE_OP, cases[i].op);
                add_value(&rule, NFTA_RANGE_FROM_DATA, cases[i].from, 4);
                add_value(&rule, NFTA_RANGE_TO_DATA, cases[i].to, 4);
                end(&rule, place);
                check(&rule, &packet, cases[i].wanted);
        }
}

static void connections_have_a_state_and_a_direction(void **state) {
        const uint32_t established = NF_CT_STATE_BIT(IP_CT_ESTABLISHED);
        const uint8_t original = 0;
        Packet packet = packet_out();
        Buffer rule = BUFFER_NULL;

        (void)state;
        ct(&rule, NFT_CT_STATE);
        cmp(&rule, NFT_CMP_EQ, &established, 4);
        check(&rule, &packet, NO);
        ct(&rule, NFT_CT_DIRECTION);
        cmp(&rule, NFT_CMP_EQ, &original, 1);
        check(&rule, &packet, YES);
        ct(&rule, NFT_CT_MARK);
        cmp(&rule, NFT_CMP_EQ, &established, 4);
        check(&rule, &packet, MAYBE);
}

static void conntrack_of_iptables_has_states_with_nat(void **state) {
        enum { NEW = XT_CONNTRACK_STATE_BIT(IP_CT_NEW), ESTABLISHED = XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED) };
        static const struct {
                uint16_t flags, inverted, states;
                Wanted wanted;
        } cases[] = {
                {XT_CONNTRACK_STATE, 0, NEW, YES},
                {XT_CONNTRACK_STATE, 0, ESTABLISHED, NO},
                {XT_CONNTRACK_STATE, XT_CONNTRACK_STATE, ESTABLISHED, YES},
                {XT_CONNTRACK_STATE, XT_CONNTRACK_STATE, NEW, NO},
                {XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS, 0, NEW, YES}, /* -m state */
                {XT_CONNTRACK_STATE, 0, XT_CONNTRACK_STATE_DNAT, YES},
                {XT_CONNTRACK_STATE, 0, XT_CONNTRACK_STATE_SNAT, MAYBE},
                {XT_CONNTRACK_STATE, XT_CONNTRACK_STATE, XT_CONNTRACK_STATE_SNAT, MAYBE},
                {XT_CONNTRACK_STATE, 0, XT_CONNTRACK_STATE_SNAT | NEW, YES},
                {XT_CONNTRACK_STATUS, 0, 0, MAYBE},
                {XT_CONNTRACK_STATE | XT_CONNTRACK_STATUS, 0, ESTABLISHED, NO},
        };
        Packet packet = packet_out();
        Buffer rule = BUFFER_NULL;

        (void)state;
        packet.status = IPS_DST_NAT;
        packet.known_status = IPS_DST_NAT;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                conntrack(&rule, cases[i].flags, cases[i].inverted, cases[i].states);
                check(&rule, &packet, cases[i].wanted);
        }
}

static void what_is_not_evaluated_is_neither_dropped_nor_let_pass(void **state) {
        static const char *const harmless[] = {"counter", "log", "notrack", "flow_offload", "dup", "last"};
        static const char *const unknown[] = {"limit", "quota", "connlimit", "fib", "socket", "of-tomorrow", ""};
        Packet packet = packet_out();
        Buffer rule = BUFFER_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
                named(&rule, harmless[i]);
                check(&rule, &packet, YES);
        }
        for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
                named(&rule, unknown[i]);
                check(&rule, &packet, MAYBE);
        }
        named(&rule, "match");
        check(&rule, &packet, MAYBE);
        object(&rule, NFT_OBJECT_COUNTER);
        check(&rule, &packet, YES);
        object(&rule, NFT_OBJECT_LIMIT);
        check(&rule, &packet, MAYBE);
        target(&rule, "LOG");
        check(&rule, &packet, YES);
        /* Only then, what a register has is unknown again. */
        meta(&rule, NFT_META_NFPROTO);
        named(&rule, "byteorder");
        cmp(&rule, NFT_CMP_EQ, "\x02", 1);
        check(&rule, &packet, MAYBE);
}

/* Without a verdict, and whatever the policy is. */
static void some_expressions_decide_by_themselves(void **state) {
        static const struct {
                const char *name, *target;
                Wanted is_dropped, is_dropped_by_policy;
        } cases[] = {
                {"reject", NULL, YES, YES},
                {NULL, "REJECT", YES, YES},
                {"queue", NULL, NO, NO},
                {NULL, "NFQUEUE", NO, NO},
                {"synproxy", NULL, NO, NO},
                {NULL, "TARPIT", NO, NO},
                {"objref", NULL, NO, NO}, /* a map may have synproxies */
                {"limit", NULL, NO, YES},
                {"log", NULL, NO, YES},
                {NULL, "LOG", NO, YES},
        };
        Packet packet = packet_out();

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                for (int by_policy = 0; by_policy < 2; by_policy++) {
                        Buffer rule = BUFFER_NULL;
                        Host host;

                        start_host(&host, by_policy);
                        if (cases[i].name)
                                named(&rule, cases[i].name);
                        else
                                target(&rule, cases[i].target);
                        end_rule(&host, 0, &rule);
                        assert_int_equal(drops(&host, &packet),
                                (by_policy ? cases[i].is_dropped_by_policy : cases[i].is_dropped) == YES);
                        end_host(&host);
                }
}

/* Of a rule "ip saddr @s drop" or "ip saddr vmap @s", with what the kernel says of the set and of the address in it. */
typedef struct Found {
        uint32_t key_length; /* of the set */
        int error, error_of_any;
        int code; /* of a map, or 1 */
        const char *chain, *expression;
} Found;

static bool drops_with_set(const Found *found, bool is_map, bool is_inverted, bool by_policy) {
        Packet packet = packet_out();
        Buffer rule = BUFFER_NULL;
        bool is_dropped;
        Host host;

        start_host(&host, by_policy);
        payload(&rule, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
        lookup(&rule, is_map, is_inverted);
        if (!is_map)
                verdict(&rule, by_policy ? NF_ACCEPT : NF_DROP, NULL);
        end_rule(&host, 0, &rule);
        verdict(&rule, NF_DROP, NULL);
        end_rule(&host, 1, &rule);
        if (found->key_length > 0)
                answer_set(host.kernel, found->key_length);
        else
                answer_error(host.kernel, -ENOENT);
        if (found->key_length == 4) {
                if (found->error)
                        answer_error(host.kernel, found->error);
                if (found->error == -ENOENT && found->error_of_any)
                        answer_error(host.kernel, found->error_of_any);
                else if (!found->error || found->error == -ENOENT)
                        answer_element(host.kernel, found->code, found->chain, found->expression, false);
        }
        is_dropped = drops(&host, &packet);
        end_host(&host);
        return is_dropped;
}

static void the_kernel_says_what_is_in_a_set(void **state) {
        static const struct {
                Found found;
                Wanted wanted;
        } cases[] = {
                {{.key_length = 4, .code = 1}, YES},
                {{.key_length = 4, .code = 1, .expression = "counter"}, YES},
                {{.key_length = 4, .code = 1, .expression = "limit"}, MAYBE},
                {{.key_length = 4, .code = 1, .error = -ENOENT}, YES}, /* "*" */
                {{.key_length = 4, .error = -ENOENT, .error_of_any = -ENOENT}, NO},
                {{.key_length = 4, .error = -EINVAL}, MAYBE},
                {{.key_length = 8}, MAYBE}, /* with what is in the next register */
                {{.key_length = 1000}, MAYBE},
                {{.key_length = UINT32_MAX}, MAYBE},
                {{.key_length = 0}, MAYBE},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                assert_int_equal(drops_with_set(&cases[i].found, false, false, false), cases[i].wanted == YES);
                assert_int_equal(drops_with_set(&cases[i].found, false, false, true), cases[i].wanted == NO);
                assert_int_equal(drops_with_set(&cases[i].found, false, true, false), cases[i].wanted == NO);
                assert_int_equal(drops_with_set(&cases[i].found, false, true, true), cases[i].wanted == YES);
        }
}

static void a_map_of_verdicts_gives_that_of_its_element(void **state) {
        static const struct {
                Found found;
                bool is_dropped, is_dropped_by_policy;
        } cases[] = {
                {{.key_length = 4, .code = NF_DROP}, true, true},
                {{.key_length = 4, .code = NF_ACCEPT}, false, false},
                {{.key_length = 4, .code = NFT_JUMP, .chain = "a"}, true, true},
                {{.key_length = 4, .code = NFT_GOTO, .chain = "b"}, false, true},
                {{.key_length = 4, .code = NFT_JUMP, .chain = "there-is-none"}, false, false},
                {{.key_length = 4, .code = NF_DROP, .expression = "limit"}, false, true},
                {{.key_length = 4, .code = 1}, false, false}, /* without a verdict */
                {{.key_length = 4, .error = -ENOENT, .error_of_any = -ENOENT}, false, true},
                {{.key_length = 4, .error = -EINVAL}, false, false},
                {{.key_length = 8}, false, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                assert_int_equal(drops_with_set(&cases[i].found, true, false, false), cases[i].is_dropped);
                assert_int_equal(drops_with_set(&cases[i].found, true, false, true), cases[i].is_dropped_by_policy);
        }
}

/* Appends rules as they are written, "jump a; ?accept": one with "?" matches perhaps. */
static void write_rules(Host *host, size_t chain, const char *rules) {
        static const struct {
                const char *name;
                int code;
        } verdicts[] = {{"accept", NF_ACCEPT}, {"drop", NF_DROP}, {"queue", NF_QUEUE}, {"continue", NFT_CONTINUE},
                {"return", NFT_RETURN}, {"jump", NFT_JUMP}, {"goto", NFT_GOTO}};
        const char *rest = rules, *word;

        while ((word = take_word(&host->ruleset.arena, &rest))) {
                bool is_uncertain = word[0] == '?';
                Buffer rule = BUFFER_NULL;

                if (is_uncertain)
                        named(&rule, "limit");
                for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
                        if (strcmp(word + is_uncertain, verdicts[i].name) == 0)
                                verdict(&rule, verdicts[i].code,
                                        verdicts[i].code == NFT_JUMP || verdicts[i].code == NFT_GOTO
                                                ? take_word(&host->ruleset.arena, &rest)
                                                : NULL);
                end_rule(host, chain, &rule);
        }
}

static void chains_are_left_as_in_the_kernel(void **state) {
        static const struct {
                const char *forward, *a, *b;
                bool is_dropped, is_dropped_by_policy;
        } cases[] = {
                {"jump a drop", "return accept", "", true, true},
                {"goto a drop", "", "", false, true},
                {"jump a drop", "goto b accept", "", true, true},
                {"return accept", "", "", false, true},
                {"?return drop", "", "", false, true},
                {"?accept drop", "", "", false, false},
                {"?drop accept", "", "", false, false},
                {"?goto a drop", "", "", false, true},
                {"?goto a accept", "drop", "", false, false},
                {"?jump a drop", "return", "", true, true},
                {"?jump a drop", "accept", "", false, false},
                {"?jump a drop", "jump b", "?accept", false, false},
                {"jump a drop", "?return drop", "", true, true},
                {"jump a accept", "?return drop", "", false, false},
                {"jump there-is-none drop", "", "", false, false},
                {"queue drop", "", "", false, false},
                {"continue drop", "", "", true, true},
                /* Loops, which the kernel does not load. */
                {"jump a drop", "jump a", "", false, false},
                {"goto a drop", "goto b", "goto a", false, false},
                {"jump a drop", "?jump b ?jump b", "?jump a ?jump a", false, false},
        };
        Packet packet = packet_out();

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                for (int by_policy = 0; by_policy < 2; by_policy++) {
                        Host host;

                        start_host(&host, by_policy);
                        write_rules(&host, 0, cases[i].forward);
                        write_rules(&host, 1, cases[i].a);
                        write_rules(&host, 2, cases[i].b);
                        assert_int_equal(
                                drops(&host, &packet), by_policy ? cases[i].is_dropped_by_policy : cases[i].is_dropped);
                        end_host(&host);
                }
}

static void a_verdict_ends_its_rule(void **state) {
        Packet packet = packet_out();
        Buffer rule = BUFFER_NULL;
        Host host;

        (void)state;
        start_host(&host, true);
        verdict(&rule, NF_ACCEPT, NULL);
        verdict(&rule, NF_DROP, NULL);
        end_rule(&host, 0, &rule);
        assert_false(drops(&host, &packet));
        end_host(&host);
}

static void a_table_that_is_dormant_or_gone_drops_nothing(void **state) {
        Packet packet = packet_out();
        const Chain *by;
        bool by_policy;
        Host host;

        (void)state;
        start_host(&host, true);
        answer_table(host.kernel, NFT_TABLE_F_DORMANT);
        assert_false(chain_drops(&host.ruleset, host.chains, &packet, &by, &by_policy));
        answer_error(host.kernel, -ENOENT);
        assert_false(chain_drops(&host.ruleset, host.chains, &packet, &by, &by_policy));
        answer_table(host.kernel, 0);
        assert_true(chain_drops(&host.ruleset, host.chains, &packet, &by, &by_policy));
        assert_ptr_equal(by, host.chains);
        assert_true(by_policy);
        end_host(&host);
}

/* What is missing may be a condition or a verdict. */
static void a_rule_that_is_cut_may_be_any(void **state) {
        Packet packet = packet_out();
        CLEANUP_BUFFER Buffer rule = BUFFER_NULL;
        Host host;

        (void)state;
        meta(&rule, NFT_META_NFPROTO);
        cmp(&rule, NFT_CMP_EQ, "\x02", 1);
        verdict(&rule, NF_DROP, NULL);
        start_host(&host, true);
        for (size_t length = 1; length < rule.length; length++) {
                add_rule(&host, 0, rule.text, length);
                /* Between two expressions, nobody can see it. */
                if (drops(&host, &packet))
                        assert_int_equal(length % NLA_ALIGNTO, 0);
                end_host(&host);
                start_host(&host, true);
        }
        end_host(&host);
}

static void wrong_lengths_are_read_no_further(void **state) {
        Packet packet = packet_out();
        CLEANUP_BUFFER Buffer rule = BUFFER_NULL;
        Host host;

        (void)state;
        payload(&rule, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
        bitwise(&rule, "\xff\xff\xff", 4);
        cmp(&rule, NFT_CMP_NEQ, "other", 5);
        lookup(&rule, true, false);
        conntrack(&rule, XT_CONNTRACK_STATE, 0, XT_CONNTRACK_STATE_BIT(IP_CT_NEW));
        verdict(&rule, NFT_JUMP, "a");
        start_host(&host, false);
        answer_set(host.kernel, 4);
        for (size_t i = 0; i + 1 < rule.length; i += 2)
                for (int value = 0; value <= UINT16_MAX; value += 5 + value * 3) {
                        const uint16_t wrong = (uint16_t)value;
                        CLEANUP_BUFFER Buffer changed = BUFFER_NULL;
                        const Chain *by;
                        bool by_policy;

                        buffer_append(&changed, rule.text, rule.length);
                        memcpy(changed.text + i, &wrong, sizeof(wrong));
                        add_rule(&host, 0, changed.text, changed.length);
                        assert_false(chain_drops(&host.ruleset, host.chains, &packet, &by, &by_policy));
                        free_rules(&host);
                }
        end_host(&host);
}

/* Registers that are not there are unknown, wherever they would be. */
static void registers_that_do_not_exist_have_nothing(void **state) {
        static const uint32_t registers[] = {5, 6, 7, NFT_REG32_15 + 1, 1000, UINT32_MAX};
        Packet packet = packet_out();

        (void)state;
        for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
                Buffer rule = BUFFER_NULL;
                Place place;

                place = begin(&rule, "meta");
                add_number(&rule, NFTA_META_DREG, registers[i]);
                add_number(&rule, NFTA_META_KEY, NFT_META_IIFNAME);
                end(&rule, place);
                place = begin(&rule, "cmp");
                add_number(&rule, NFTA_CMP_SREG, registers[i]);
                add_number(&rule, NFTA_CMP_OP, NFT_CMP_NEQ);
                add_value(&rule, NFTA_CMP_DATA, "other", 5);
                end(&rule, place);
                check(&rule, &packet, MAYBE);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_groups_and_protocols_are_compared),
                cmocka_unit_test(addresses_and_ports_are_compared_as_far_as_they_are_known),
                cmocka_unit_test(a_mask_takes_away_what_is_not_known),
                cmocka_unit_test(ranges_are_compared),
                cmocka_unit_test(connections_have_a_state_and_a_direction),
                cmocka_unit_test(conntrack_of_iptables_has_states_with_nat),
                cmocka_unit_test(what_is_not_evaluated_is_neither_dropped_nor_let_pass),
                cmocka_unit_test(some_expressions_decide_by_themselves),
                cmocka_unit_test(the_kernel_says_what_is_in_a_set),
                cmocka_unit_test(a_map_of_verdicts_gives_that_of_its_element),
                cmocka_unit_test(chains_are_left_as_in_the_kernel),
                cmocka_unit_test(a_verdict_ends_its_rule),
                cmocka_unit_test(a_table_that_is_dormant_or_gone_drops_nothing),
                cmocka_unit_test(a_rule_that_is_cut_may_be_any),
                cmocka_unit_test(wrong_lengths_are_read_no_further),
                cmocka_unit_test(registers_that_do_not_exist_have_nothing),
        };

        return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
