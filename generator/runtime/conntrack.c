/* SPDX-License-Identifier: MIT */
#include "runtime/conntrack.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/lines.h"
#include "base/netlink.h"
#include "state/format.h"
#include "systemd/log.h"

/* A message without its attributes. */
typedef struct Head {
        struct nlmsghdr header;
        struct nfgenmsg family;
} Head;

/* Which ports of the host it is about, by their numbers. */
typedef bool Ports[UINT16_MAX + 1];

/* Returns how many there are. */
static size_t find_ports(const Buffer *script, const Buffer *kept, Ports ports) {
        size_t found = 0;

        for_each_line(line, end, script) {
                const char *element = line_behind(line, end, ELEMENT_ADD), *port = NULL;

                if (element && !has_line(kept, line, (size_t)(end - line)))
                        port = memmem(element, (size_t)(end - element), ELEMENT_UDP, strlen(ELEMENT_UDP));
                if (port) {
                        ports[strtoul(port + strlen(ELEMENT_UDP), NULL, 10) & UINT16_MAX] = true;
                        found++;
                }
        }
        return found;
}

/* Appends the message that deletes the connection in @message to @deletions, if it is to be forgotten. */
static void look_at(const struct nlmsghdr *message, const Ports ports, Buffer *deletions) {
        const Head *head = (const Head *)message;
        const void *attributes = head + 1;
        size_t length = message->nlmsg_len - sizeof(*head);
        const struct nlattr *original = netlink_attribute(attributes, length, CTA_TUPLE_ORIG);
        const struct nlattr *protocol = netlink_nested(original, CTA_TUPLE_PROTO);
        uint32_t status = netlink_number(netlink_attribute(attributes, length, CTA_STATUS));
        Head deletion = {.family = head->family};

        if (netlink_number(netlink_nested(protocol, CTA_PROTO_NUM)) != IPPROTO_UDP ||
                !ports[netlink_number(netlink_nested(protocol, CTA_PROTO_DST_PORT)) & UINT16_MAX] ||
                (!(status & IPS_DST_NAT) && status & IPS_SEEN_REPLY))
                return;
        length = (size_t)NLA_ALIGN(original->nla_len);
        deletion.header = (struct nlmsghdr){.nlmsg_len = (uint32_t)(sizeof(deletion) + length),
                .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
                .nlmsg_flags = NLM_F_REQUEST};
        buffer_append(deletions, (const char *)&deletion, sizeof(deletion));
        buffer_append(deletions, (const char *)original, length);
}

typedef struct Search {
        const bool *ports;
        Buffer *deletions;
} Search;

static int visit(const struct nlmsghdr *message, void *userdata) {
        const Search *search = userdata;

        if (message->nlmsg_type != (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW))
                return 0;
        if (message->nlmsg_len < sizeof(Head))
                return -EBADMSG;
        look_at(message, search->ports, search->deletions);
        return 0;
}

/* Asks for all connections. */
static int look_at_all(int fd, const Ports ports, Buffer *deletions) {
        const struct nfgenmsg family = {0};
        CLEANUP_BUFFER Buffer request = BUFFER_NULL;
        size_t start = netlink_begin_message(&request, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP);
        Search search = {.ports = ports, .deletions = deletions};

        buffer_append(&request, (const char *)&family, sizeof(family));
        netlink_end_message(&request, start);
        return netlink_dump(fd, &request, visit, &search);
}

/* One that is gone by itself meanwhile is deleted already: what the kernel answers does not matter. */
static int delete_all(int fd, const Buffer *deletions) {
        for (size_t done = 0; done < deletions->length;) {
                const struct nlmsghdr *deletion = (const struct nlmsghdr *)(deletions->text + done);

                if (send(fd, deletion, deletion->nlmsg_len, 0) < 0)
                        return negative_errno();
                done += deletion->nlmsg_len;
        }
        return 0;
}

void conntrack_forget(const Buffer *script, const Buffer *kept) {
        CLEANUP_BUFFER Buffer deletions = BUFFER_NULL;
        CLEANUP_CLOSE int fd = -1;
        Ports ports = {0};
        int r;

        if (find_ports(script, kept, ports) == 0)
                return;
        fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
        r = fd < 0 ? negative_errno() : look_at_all(fd, ports, &deletions);
        if (r < 0 || (r = delete_all(fd, &deletions)) < 0)
                log_message(LOG_WARNING, "Failed to delete stale UDP connection tracking entries: %s", strerror(-r));
}
