/* SPDX-License-Identifier: MIT */
#include "runtime/nfnetlink.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <sys/socket.h>

#include "state/format.h"

static size_t begin(Buffer *messages, unsigned type, unsigned flags, uint8_t family, uint16_t resource) {
        const struct nfgenmsg header = {.nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(resource)};
        size_t start = netlink_begin_message(messages, type, flags);

        buffer_append(messages, (const char *)&header, sizeof(header));
        return start;
}

static void add_mark(Buffer *messages, unsigned type) {
        netlink_end_message(messages, begin(messages, type, 0, NFPROTO_UNSPEC, NFNL_SUBSYS_NFTABLES));
}

void nfnetlink_begin_batch(Buffer *messages) {
        add_mark(messages, NFNL_MSG_BATCH_BEGIN);
}

void nfnetlink_end_batch(Buffer *messages) {
        add_mark(messages, NFNL_MSG_BATCH_END);
}

size_t nfnetlink_begin_message(Buffer *messages, unsigned type, unsigned flags, unsigned table) {
        size_t start = begin(messages, NFNL_SUBSYS_NFTABLES << 8 | type, flags, NFPROTO_INET, 0);

        nfnetlink_add_text(messages, table, FORWARDS_TABLE_NAME);
        return start;
}

void nfnetlink_add_text(Buffer *messages, unsigned type, const char *text) {
        netlink_add_attribute(messages, type, text, strlen(text) + 1);
}

void nfnetlink_add_number(Buffer *messages, unsigned type, uint32_t number) {
        number = htonl(number);
        netlink_add_attribute(messages, type, &number, sizeof(number));
}

int nfnetlink_request(const Buffer *messages, unsigned acknowledgements) {
        CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

        return fd < 0 ? negative_errno() : netlink_request(fd, messages, acknowledgements);
}
