/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netfilter.h"

/* A chain, on a hook unless that is -1. */
static void add_chain(Buffer *b, uint8_t family, const char *name, int hook, uint32_t policy, unsigned flags) {
        size_t start = begin_message(b, NFT_MSG_NEWCHAIN, family, flags), nest;

        add_text(b, NFTA_CHAIN_TABLE, "t");
        add_text(b, NFTA_CHAIN_NAME, name);
        if (hook >= 0) {
                nest = netlink_begin_attribute(b, NFTA_CHAIN_HOOK);
                add_number(b, NFTA_HOOK_HOOKNUM, (uint32_t)hook);
                netlink_end_attribute(b, nest);
                add_number(b, NFTA_CHAIN_POLICY, policy);
        }
        netlink_end_message(b, start);
}

static void add_rule(Buffer *b, const char *expressions) {
        size_t start = begin_message(b, NFT_MSG_NEWRULE, NFPROTO_INET, 0);

        add_text(b, NFTA_RULE_TABLE, "t");
        netlink_add_attribute(b, NFTA_RULE_EXPRESSIONS, expressions, strlen(expressions));
        netlink_end_message(b, start);
}

/* The end of a dump, and the dump as one datagram. */
static void answer_dump(int fd, Buffer *b) {
        add_end(b, NLMSG_DONE, 0);
        answer(fd, b);
        buffer_free(b);
}

static Chain *chain_of(Ruleset *ruleset, uint8_t family, const char *name) {
        return ruleset_chain(ruleset, &(Chain){.family = family, .table = "t"}, name);
}

static void chains_that_filter_what_is_forwarded_are_known(void **state) {
        static const struct {
                uint8_t family;
                int hook;
                bool is_one;
        } cases[] = {
                {NFPROTO_INET, NF_INET_FORWARD, true},
                {NFPROTO_IPV4, NF_INET_FORWARD, true},
                {NFPROTO_IPV6, NF_INET_FORWARD, true},
                {NFPROTO_INET, NF_INET_LOCAL_IN, false},
                {NFPROTO_INET, NF_INET_INGRESS, false},
                {NFPROTO_BRIDGE, NF_INET_FORWARD, false},
                {NFPROTO_ARP, NF_INET_FORWARD, false},
                {NFPROTO_INET, -1, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                CLEANUP_RULESET Ruleset ruleset = RULESET_NULL;
                Buffer b = BUFFER_NULL;
                const Chain *chain;
                int fds[2];

                open_kernel(fds);
                ruleset.fd = fds[0];
                add_chain(&b, cases[i].family, "c", cases[i].hook, NF_DROP, NLM_F_MULTI);
                answer_dump(fds[1], &b);
                assert_int_equal(ruleset_read(&ruleset), 0);
                chain = chain_of(&ruleset, cases[i].family, "c");
                assert_non_null(chain);
                assert_int_equal(chain->filters_forwarded, cases[i].is_one);
                assert_int_equal(chain->drops, cases[i].hook >= 0);
                assert_null(chain_of(&ruleset, cases[i].family, "d"));
                assert_null(chain_of(&ruleset, NFPROTO_NETDEV, "c"));
                close(fds[1]);
        }
}

static void what_changes_while_it_is_read_is_read_again(void **state) {
        CLEANUP_RULESET Ruleset ruleset = RULESET_NULL;
        Buffer b = BUFFER_NULL;
        Chain *chain;
        int fds[2];

        (void)state;
        open_kernel(fds);
        ruleset.fd = fds[0];
        add_chain(&b, NFPROTO_INET, "old", NF_INET_FORWARD, NF_DROP, NLM_F_DUMP_INTR);
        answer_dump(fds[1], &b);
        add_chain(&b, NFPROTO_INET, "new", NF_INET_FORWARD, NF_ACCEPT, 0);
        answer_dump(fds[1], &b);
        assert_int_equal(ruleset_read(&ruleset), 0);
        assert_null(chain_of(&ruleset, NFPROTO_INET, "old"));
        chain = chain_of(&ruleset, NFPROTO_INET, "new");
        assert_non_null(chain);
        /* Its rules change all the time. */
        for (int i = 0; i < 3; i++) {
                add_chain(&b, NFPROTO_INET, "new", -1, 0, NLM_F_DUMP_INTR);
                answer_dump(fds[1], &b);
        }
        assert_int_equal(ruleset_read_rules(&ruleset, chain), -EINTR);
        add_rule(&b, "first");
        add_rule(&b, "second");
        answer_dump(fds[1], &b);
        assert_int_equal(ruleset_read_rules(&ruleset, chain), 0);
        assert_int_equal(chain->rules->length, strlen("first"));
        assert_memory_equal(chain->rules->next->expressions, "second", strlen("second"));
        assert_null(chain->rules->next->next);
        /* They are not read again. */
        assert_int_equal(ruleset_read_rules(&ruleset, chain), 0);
        close(fds[1]);
}

static void who_may_not_read_chains_is_told_so(void **state) {
        CLEANUP_RULESET Ruleset ruleset = RULESET_NULL;
        int fds[2];

        (void)state;
        open_kernel(fds);
        ruleset.fd = fds[0];
        answer_error(fds[1], -EPERM);
        assert_int_equal(ruleset_read(&ruleset), -EPERM);
        /* There is no answer, and an end of it. */
        assert_int_equal(ruleset_read(&ruleset), -EAGAIN);
        close(fds[1]);
}

static void an_element_may_have_conditions(void **state) {
        static const struct {
                const char *expression;
                bool has_list, is_conditional;
        } cases[] = {
                {NULL, false, false},
                {"counter", false, false},
                {"limit", false, true},
                {"counte", false, true},
                {"counter2", false, true},
                {"", false, true},
                {"limit", true, true},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                CLEANUP_RULESET Ruleset ruleset = RULESET_NULL;
                const Chain chain = {.family = NFPROTO_INET, .table = "t"};
                const Set *set;
                Element element;
                int fds[2];

                open_kernel(fds);
                ruleset.fd = fds[0];
                answer_set(fds[1], 4);
                answer_element(fds[1], 1, NULL, cases[i].expression, cases[i].has_list);
                set = ruleset_set(&ruleset, &chain, "s");
                assert_int_equal(set->key_length, 4);
                assert_ptr_equal(ruleset_set(&ruleset, &chain, "s"), set);
                assert_int_equal(ruleset_find(&ruleset, set, "\x0a\0\0\x02", &element), 1);
                assert_int_equal(element.is_conditional, cases[i].is_conditional);
                assert_null(element.data);
                close(fds[1]);
        }
}

static void what_packets_add_to_a_set_is_not_known(void **state) {
        static const uint32_t flags[] = {
                NFT_SET_EVAL, NFT_SET_TIMEOUT, NFT_SET_EVAL | NFT_SET_TIMEOUT | NFT_SET_INTERVAL};

        (void)state;
        for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
                CLEANUP_RULESET Ruleset ruleset = RULESET_NULL;
                const Chain chain = {.family = NFPROTO_INET, .table = "t"};
                int fds[2];

                open_kernel(fds);
                ruleset.fd = fds[0];
                answer_set_with(fds[1], 4, flags[i]);
                assert_int_equal(ruleset_set(&ruleset, &chain, "s")->key_length, 0);
                close(fds[1]);
        }
}

/* Every message is cut everywhere, and has every length changed: whatever is read of it, nothing behind it is. */
static void messages_with_wrong_lengths_are_read_no_further(void **state) {
        CLEANUP_BUFFER Buffer good = BUFFER_NULL;

        (void)state;
        add_chain(&good, NFPROTO_INET, "c", NF_INET_FORWARD, NF_DROP, 0);
        for (size_t i = 0; i < good.length; i++)
                for (int change = 0; change < 256; change += 7) {
                        CLEANUP_RULESET Ruleset ruleset = RULESET_NULL;
                        Buffer b = BUFFER_NULL;
                        int fds[2];

                        open_kernel(fds);
                        ruleset.fd = fds[0];
                        buffer_append(&b, good.text, change == 0 ? i : good.length);
                        if (change > 0)
                                b.text[i] = (char)(b.text[i] + change);
                        if (b.length > 0)
                                answer(fds[1], &b);
                        buffer_free(&b);
                        answer_dump(fds[1], &b);
                        ignore_failure(ruleset_read(&ruleset));
                        close(fds[1]);
                }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(chains_that_filter_what_is_forwarded_are_known),
                cmocka_unit_test(what_changes_while_it_is_read_is_read_again),
                cmocka_unit_test(who_may_not_read_chains_is_told_so),
                cmocka_unit_test(an_element_may_have_conditions),
                cmocka_unit_test(what_packets_add_to_a_set_is_not_known),
                cmocka_unit_test(messages_with_wrong_lengths_are_read_no_further),
        };

        return cmocka_run_group_tests_name("ruleset", tests, NULL, NULL);
}
