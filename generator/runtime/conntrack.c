/* SPDX-License-Identifier: MIT */
#include "runtime/conntrack.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/lines.h"
#include "runtime/netlink.h"
#include "state/format.h"
#include "systemd/log.h"

/* The kernel's answers come in parts of this size at most. */
#define ANSWER_SIZE 32768

/* What the request is known by in the answers. */
#define SEQUENCE 1

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

/* Finds one of the attributes that @nest is made of. */
static const struct nlattr *find_nested(const struct nlattr *nest, unsigned type) {
        return nest ? netlink_attribute(nest + 1, nest->nla_len - sizeof(*nest), type) : NULL;
}

/* A number, in the order of the network; 0 if it is not there. */
static uint32_t number(const struct nlattr *attribute) {
        const unsigned char *bytes = (const unsigned char *)attribute;
        uint32_t value = 0;

        for (size_t i = sizeof(*attribute); attribute && i < attribute->nla_len; i++)
                value = value << 8 | bytes[i];
        return value;
}

/* Appends the message that deletes the connection in @message to @deletions, if it is to be forgotten. */
static void look_at(const struct nlmsghdr *message, const Ports ports, Buffer *deletions) {
        const Head *head = (const Head *)message;
        const void *attributes = head + 1;
        size_t length = message->nlmsg_len - sizeof(*head);
        const struct nlattr *original = netlink_attribute(attributes, length, CTA_TUPLE_ORIG);
        const struct nlattr *protocol = find_nested(original, CTA_TUPLE_PROTO);
        uint32_t status = number(netlink_attribute(attributes, length, CTA_STATUS));
        Head deletion = {.family = head->family};

        if (number(find_nested(protocol, CTA_PROTO_NUM)) != IPPROTO_UDP ||
                !ports[number(find_nested(protocol, CTA_PROTO_DST_PORT)) & UINT16_MAX] ||
                (!(status & IPS_DST_NAT) && status & IPS_SEEN_REPLY))
                return;
        length = (size_t)NLA_ALIGN(original->nla_len);
        deletion.header = (struct nlmsghdr){.nlmsg_len = (uint32_t)(sizeof(deletion) + length),
                .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
                .nlmsg_flags = NLM_F_REQUEST};
        buffer_append(deletions, (const char *)&deletion, sizeof(deletion));
        buffer_append(deletions, (const char *)original, length);
}

/* Receives an answer of the kernel, whole. Returns its length. */
static ssize_t receive(int fd, char *answer, size_t size) {
        struct sockaddr_nl sender = {0};
        socklen_t sender_size = sizeof(sender);
        ssize_t n;

        do
                n = recvfrom(fd, answer, size, MSG_TRUNC, (struct sockaddr *)&sender, &sender_size);
        while ((n < 0 && errno == EINTR) || (n >= 0 && sender.nl_pid != 0));
        return n < 0 ? negative_errno() : (size_t)n > size ? -EMSGSIZE : n;
}

/* Looks at one message of the answer. Returns 1 if it was the last, and what the kernel has failed with. */
static int take_message(const struct nlmsghdr *message, const Ports ports, Buffer *deletions) {
        const struct nlmsgerr *error = NLMSG_DATA(message);

        if (message->nlmsg_seq != SEQUENCE)
                return 0;
        switch (message->nlmsg_type) {
        case NLMSG_DONE:
                return 1;
        case NLMSG_ERROR:
                return message->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? -EBADMSG : error->error;
        case NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW:
                if (message->nlmsg_len < sizeof(Head))
                        return -EBADMSG;
                look_at(message, ports, deletions);
        }
        return 0;
}

/* Asks for all connections. */
static int look_at_all(int fd, const Ports ports, Buffer *deletions) {
        const Head request = {.header = {.nlmsg_len = sizeof(request),
                                      .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
                                      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                                      .nlmsg_seq = SEQUENCE}};
        static char answer[ANSWER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
        int r = send(fd, &request, sizeof(request), 0) < 0 ? negative_errno() : 0;

        while (r == 0) {
                ssize_t n = receive(fd, answer, sizeof(answer));
                size_t length = n > 0 ? (size_t)n : 0;
                const struct nlmsghdr *message;
                const char *rest = answer;

                if (n < 0)
                        return (int)n;
                while (r == 0 && (message = netlink_take_message(&rest, &length)))
                        r = take_message(message, ports, deletions);
        }
        return r < 0 ? r : 0;
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
