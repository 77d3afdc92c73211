/* SPDX-License-Identifier: MIT */
#include "runtime/untrusted-chain.h"

#include <linux/netfilter.h>

#include "runtime/nfnetlink.h"
#include "state/format.h"
#include "state/record.h"
#include "systemd/log.h"

#define CHAIN_NAME "untrusted"
#define CHAIN_PRIORITY (-300) /* before connections are looked at */

/* One of the expressions that a rule is made of: its attributes are numbers, and one of them may be data. */
typedef struct Expression {
        const char *name;
        struct {
                uint16_t type;
                uint32_t value;
        } numbers[4];
        uint16_t data_type;
        uint16_t data_length;
        const void *data;
} Expression;

/* What is compared with: what comes from a link of a container is of its group. */
static const uint32_t group = LINK_GROUP, missing = 0;
static const uint8_t ipv4 = NFPROTO_IPV4, loopback = 127;

#define FROM_CONTAINER                                                                                                 \
        {.name = "meta", .numbers = {{NFTA_META_DREG, NFT_REG_1}, {NFTA_META_KEY, NFT_META_IIFGROUP}}}, IS(group)
#define IS(what)                                                                                                       \
        {                                                                                                              \
                .name = "cmp", .numbers = {{NFTA_CMP_SREG, NFT_REG_1}, {NFTA_CMP_OP, NFT_CMP_EQ}},                     \
                .data_type = NFTA_CMP_DATA, .data_length = sizeof(what), .data = &(what)                               \
        }
#define DROP                                                                                                           \
        { .name = "immediate", .numbers = {{NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT}}, .data_type = NFTA_IMMEDIATE_DATA }

/* iifgroup 25454 fib saddr . iif oif missing drop */
static const Expression foreign_sources[] = {
        FROM_CONTAINER,
        {.name = "fib",
                .numbers = {{NFTA_FIB_DREG, NFT_REG_1}, {NFTA_FIB_RESULT, NFT_FIB_RESULT_OIF},
                        {NFTA_FIB_FLAGS, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT}}},
        IS(missing),
        DROP,
};

/* iifgroup 25454 ip daddr 127.0.0.0/8 drop */
static const Expression to_loopback[] = {
        FROM_CONTAINER,
        {.name = "meta", .numbers = {{NFTA_META_DREG, NFT_REG_1}, {NFTA_META_KEY, NFT_META_NFPROTO}}},
        IS(ipv4),
        {.name = "payload",
                .numbers = {{NFTA_PAYLOAD_DREG, NFT_REG_1}, {NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER},
                        {NFTA_PAYLOAD_OFFSET, 16}, {NFTA_PAYLOAD_LEN, sizeof(loopback)}}},
        IS(loopback),
        DROP,
};

/* Without data it is the verdict. */
static void add_expression_data(Buffer *batch, const Expression *expression) {
        size_t data = netlink_begin_attribute(batch, expression->data_type | NLA_F_NESTED);

        if (expression->data) {
                netlink_add_attribute(batch, NFTA_DATA_VALUE, expression->data, expression->data_length);
        } else {
                size_t verdict = netlink_begin_attribute(batch, NFTA_DATA_VERDICT | NLA_F_NESTED);

                nfnetlink_add_number(batch, NFTA_VERDICT_CODE, NF_DROP);
                netlink_end_attribute(batch, verdict);
        }
        netlink_end_attribute(batch, data);
}

static void add_expression(Buffer *batch, const Expression *expression) {
        size_t element = netlink_begin_attribute(batch, NFTA_LIST_ELEM | NLA_F_NESTED), content;

        nfnetlink_add_text(batch, NFTA_EXPR_NAME, expression->name);
        content = netlink_begin_attribute(batch, NFTA_EXPR_DATA | NLA_F_NESTED);
        for (size_t i = 0; i < 4 && expression->numbers[i].type != 0; i++)
                nfnetlink_add_number(batch, expression->numbers[i].type, expression->numbers[i].value);
        if (expression->data_type != 0)
                add_expression_data(batch, expression);
        netlink_end_attribute(batch, content);
        netlink_end_attribute(batch, element);
}

static void add_rule(Buffer *batch, const Expression *expressions, size_t length) {
        size_t message = nfnetlink_begin_message(
                       batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, NFTA_RULE_TABLE),
               list;

        nfnetlink_add_text(batch, NFTA_RULE_CHAIN, CHAIN_NAME);
        list = netlink_begin_attribute(batch, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED);
        for (size_t i = 0; i < length; i++)
                add_expression(batch, &expressions[i]);
        netlink_end_attribute(batch, list);
        netlink_end_message(batch, message);
}

static void add_table(Buffer *batch, unsigned type, unsigned flags) {
        netlink_end_message(batch, nfnetlink_begin_message(batch, type, flags, NFTA_TABLE_NAME));
}

static size_t begin_chain(Buffer *batch, unsigned type, unsigned flags) {
        size_t message = nfnetlink_begin_message(batch, type, flags, NFTA_CHAIN_TABLE);

        nfnetlink_add_text(batch, NFTA_CHAIN_NAME, CHAIN_NAME);
        return message;
}

/* One that is there already is an error, by which all of the batch has no effect. */
static void add_chain(Buffer *batch) {
        size_t message = begin_chain(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL), hook;

        nfnetlink_add_text(batch, NFTA_CHAIN_TYPE, "filter");
        hook = netlink_begin_attribute(batch, NFTA_CHAIN_HOOK | NLA_F_NESTED);
        nfnetlink_add_number(batch, NFTA_HOOK_HOOKNUM, NF_INET_PRE_ROUTING);
        nfnetlink_add_number(batch, NFTA_HOOK_PRIORITY, (uint32_t)CHAIN_PRIORITY);
        netlink_end_attribute(batch, hook);
        netlink_end_message(batch, message);
}

/* Whether it is there, which is asked before any change: one that fails takes the kernel a while. */
static int ask(const Buffer *question) {
        int r = nfnetlink_request(question, 1);

        return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

int untrusted_chain_add(void) {
        CLEANUP_BUFFER Buffer batch = BUFFER_NULL, question = BUFFER_NULL;
        int r;

        netlink_end_message(&question, begin_chain(&question, NFT_MSG_GETCHAIN, NLM_F_ACK));
        r = ask(&question);
        if (r == 0) {
                nfnetlink_begin_batch(&batch);
                add_table(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
                add_chain(&batch);
                add_rule(&batch, foreign_sources, sizeof(foreign_sources) / sizeof(foreign_sources[0]));
                add_rule(&batch, to_loopback, sizeof(to_loopback) / sizeof(to_loopback[0]));
                nfnetlink_end_batch(&batch);
                r = nfnetlink_request(&batch, 1);
        }
        /* Somebody may have been quicker. */
        return r >= 0 || r == -EEXIST
                       ? 0
                       : log_error(r, "Failed to add nftables rules against spoofed addresses of containers: %m");
}

int untrusted_chain_remove(int records) {
        CLEANUP_BUFFER Buffer batch = BUFFER_NULL, question = BUFFER_NULL;
        int r;

        if (records_have_file(records, RECORD_NETWORK) || records_have_file(records, RECORD_NFT))
                return 0;
        add_table(&question, NFT_MSG_GETTABLE, NLM_F_ACK);
        r = ask(&question);
        if (r > 0) {
                nfnetlink_begin_batch(&batch);
                add_table(&batch, NFT_MSG_DELTABLE, NLM_F_ACK);
                nfnetlink_end_batch(&batch);
                r = nfnetlink_request(&batch, 1);
        }
        return r >= 0 || r == -ENOENT ? 0 : log_error(r, "Failed to delete the table " FORWARDS_TABLE ": %m");
}
