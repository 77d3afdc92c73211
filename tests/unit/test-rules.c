/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/rules.h"
#include "state/format.h"

#define DELETION (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE)

/* A message about a table, as the kernel sends it. */
typedef struct Message {
        struct nlmsghdr header;
        struct nfgenmsg family;
        struct nlattr attribute;
        char name[(sizeof(FORWARDS_TABLE_NAME) + 3) / 4 * 4];
} Message;

static const Message good = {
        .header = {.nlmsg_len = sizeof(Message), .nlmsg_type = DELETION},
        .family = {.nfgen_family = NFPROTO_INET},
        .attribute = {.nla_len = sizeof(struct nlattr) + sizeof(FORWARDS_TABLE_NAME), .nla_type = NFTA_TABLE_NAME},
        .name = FORWARDS_TABLE_NAME,
};

/* In memory of just that length, so that nothing behind it is read unnoticed where that is looked for. */
static bool are_gone(const void *text, size_t length) {
        char *messages = malloc(length > 0 ? length : 1);
        bool gone;

        assert_non_null(messages);
        memcpy(messages, text, length);
        gone = rules_changed_by(messages, length) & RULES_GONE;
        free(messages);
        return gone;
}

static void the_end_of_the_table_is_noticed(void **state) {
        Message two[2] = {good, good};

        (void)state;
        assert_true(are_gone(&good, sizeof(good)));
        two[0].header.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE;
        assert_true(are_gone(two, sizeof(two)));
        assert_false(are_gone(two, sizeof(two[0])));
}

static void that_of_another_table_is_none(void **state) {
        Message other = good;

        (void)state;
        other.name[0] = 'N';
        assert_false(are_gone(&other, sizeof(other)));
        other = good;
        other.family.nfgen_family = NFPROTO_IPV4;
        assert_false(are_gone(&other, sizeof(other)));
        other = good;
        other.attribute.nla_type = NFTA_TABLE_HANDLE;
        assert_false(are_gone(&other, sizeof(other)));
        /* One whose name begins like that. */
        other = good;
        other.attribute.nla_len = sizeof(other.attribute) + strlen(FORWARDS_TABLE_NAME);
        assert_false(are_gone(&other, sizeof(other)));
}

static void changes_of_others_are_noticed_but_those_of_their_sets(void **state) {
        static const struct {
                uint16_t type;
                unsigned changes;
        } cases[] = {
                {NFT_MSG_NEWTABLE, RULES_OTHERS},
                {NFT_MSG_NEWCHAIN, RULES_OTHERS},
                {NFT_MSG_DELRULE, RULES_OTHERS},
                {NFT_MSG_NEWSETELEM, 0},
                {NFT_MSG_NEWGEN, 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Message message = good;

                message.header.nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | cases[i].type);
                if (cases[i].changes)
                        assert_int_equal(rules_changed_by(&message, sizeof(message)), RULES_OWN);
                message.name[0] = 'N';
                assert_int_equal(rules_changed_by(&message, sizeof(message)), cases[i].changes);
        }
}

static void wrong_lengths_harm_nobody(void **state) {
        (void)state;
        /* What ends too early. */
        for (size_t length = 0; length < sizeof(good); length++)
                assert_false(are_gone(&good, length));
        /* What says that it is shorter than it is, or longer. The last message need not be padded. */
        for (uint32_t length = 0; length < sizeof(good) + 20; length++) {
                size_t needed = offsetof(Message, name) + sizeof(FORWARDS_TABLE_NAME);
                Message message = good;

                message.header.nlmsg_len = length;
                assert_int_equal(are_gone(&message, sizeof(message)), length >= needed && length <= sizeof(message));
                if (length >= needed && length <= sizeof(message))
                        assert_true(are_gone(&message, length));
        }
        for (uint16_t length = 0; length < sizeof(good) + 20; length++) {
                Message message = good;

                message.attribute.nla_len = length;
                assert_int_equal(are_gone(&message, sizeof(message)), length == good.attribute.nla_len);
        }
        /* A message behind one whose padding is missing. */
        for (size_t cut = 1; cut < NLMSG_ALIGNTO; cut++) {
                Message message = good;

                message.header.nlmsg_type = 0;
                message.header.nlmsg_len = (uint32_t)(sizeof(message) - cut);
                assert_false(are_gone(&message, sizeof(message) - cut));
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_end_of_the_table_is_noticed),
                cmocka_unit_test(that_of_another_table_is_none),
                cmocka_unit_test(changes_of_others_are_noticed_but_those_of_their_sets),
                cmocka_unit_test(wrong_lengths_harm_nobody),
        };

        return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
