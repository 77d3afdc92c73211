/* SPDX-License-Identifier: MIT */
/* Messages of nfnetlink, and a kernel that answers with them: one datagram for each request, in their order. Included behind cmocka.h. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netfilter/ruleset.h"

static inline void add_text(Buffer *b, unsigned type, const char *text) {
        netlink_add_attribute(b, type, text, strlen(text) + 1);
}

static inline void add_number(Buffer *b, unsigned type, uint32_t number) {
        uint32_t swapped = htonl(number);

        netlink_add_attribute(b, type, &swapped, sizeof(swapped));
}

/* The bytes of a key, a mask and the like. */
static inline void add_value(Buffer *b, unsigned type, const void *bytes, size_t length) {
        size_t start = netlink_begin_attribute(b, type);

        netlink_add_attribute(b, NFTA_DATA_VALUE, bytes, length);
        netlink_end_attribute(b, start);
}

static inline void add_verdict(Buffer *b, unsigned type, int code, const char *chain) {
        size_t start = netlink_begin_attribute(b, type), verdict = netlink_begin_attribute(b, NFTA_DATA_VERDICT);

        add_number(b, NFTA_VERDICT_CODE, (uint32_t)code);
        if (chain)
                add_text(b, NFTA_VERDICT_CHAIN, chain);
        netlink_end_attribute(b, verdict);
        netlink_end_attribute(b, start);
}

static inline size_t begin_message(Buffer *b, unsigned type, uint8_t family, unsigned flags) {
        const struct nfgenmsg head = {.nfgen_family = family, .version = NFNETLINK_V0};
        size_t start = netlink_begin_message(b, NFNL_SUBSYS_NFTABLES << 8 | type, flags);

        buffer_append(b, (const char *)&head, sizeof(head));
        return start;
}

/* Ends a reply: with NLMSG_ERROR, which is 0 for what has succeeded, or NLMSG_DONE behind a dump. */
static inline void add_end(Buffer *b, uint16_t type, int error) {
        const struct nlmsgerr body = {.error = error};
        size_t start = netlink_begin_message(b, type, 0);

        buffer_append(b, (const char *)&body, sizeof(body));
        netlink_end_message(b, start);
}

/* Sockets for a ruleset; what is sent to ret[1] is a reply. */
static inline void open_kernel(int ret[2]) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ret), 0);
}

static inline void answer(int fd, const Buffer *reply) {
        assert_int_equal(send(fd, reply->text, reply->length, 0), reply->length);
}

static inline void answer_error(int fd, int error) {
        CLEANUP_BUFFER Buffer b = BUFFER_NULL;

        add_end(&b, NLMSG_ERROR, error);
        answer(fd, &b);
}

/* A table, a set. */
static inline void answer_number(int fd, unsigned message, unsigned type, uint32_t number) {
        CLEANUP_BUFFER Buffer b = BUFFER_NULL;
        size_t start = begin_message(&b, message, NFPROTO_INET, 0);

        add_number(&b, type, number);
        netlink_end_message(&b, start);
        add_end(&b, NLMSG_ERROR, 0);
        answer(fd, &b);
}

static inline void answer_table(int fd, uint32_t flags) {
        answer_number(fd, NFT_MSG_NEWTABLE, NFTA_TABLE_FLAGS, flags);
}

static inline void answer_set_with(int fd, uint32_t key_length, uint32_t flags) {
        CLEANUP_BUFFER Buffer b = BUFFER_NULL;
        size_t start = begin_message(&b, NFT_MSG_NEWSET, NFPROTO_INET, 0);

        add_number(&b, NFTA_SET_FLAGS, flags);
        add_number(&b, NFTA_SET_KEY_LEN, key_length);
        netlink_end_message(&b, start);
        add_end(&b, NLMSG_ERROR, 0);
        answer(fd, &b);
}

static inline void answer_set(int fd, uint32_t key_length) {
        answer_set_with(fd, key_length, 0);
}

/* The element that has been found: one of a set, or with a verdict of a map, unless @code is 1; with an expression unless that is NULL,
 * as such or as one of a list. */
static inline void answer_element(int fd, int code, const char *chain, const char *expression, bool has_list) {
        CLEANUP_BUFFER Buffer b = BUFFER_NULL;
        size_t start = begin_message(&b, NFT_MSG_NEWSETELEM, NFPROTO_INET, 0);
        size_t list = netlink_begin_attribute(&b, NFTA_SET_ELEM_LIST_ELEMENTS);
        size_t element = netlink_begin_attribute(&b, NFTA_LIST_ELEM), nest;

        if (code != 1)
                add_verdict(&b, NFTA_SET_ELEM_DATA, code, chain);
        if (expression) {
                size_t outer = has_list ? netlink_begin_attribute(&b, NFTA_SET_ELEM_EXPRESSIONS) : 0;

                nest = netlink_begin_attribute(&b, has_list ? NFTA_LIST_ELEM : NFTA_SET_ELEM_EXPR);
                add_text(&b, NFTA_EXPR_NAME, expression);
                netlink_end_attribute(&b, nest);
                if (has_list)
                        netlink_end_attribute(&b, outer);
        }
        netlink_end_attribute(&b, element);
        netlink_end_attribute(&b, list);
        netlink_end_message(&b, start);
        add_end(&b, NLMSG_ERROR, 0);
        answer(fd, &b);
}
