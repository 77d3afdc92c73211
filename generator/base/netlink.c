/* SPDX-License-Identifier: MIT */
#include "base/netlink.h"

#include <sys/socket.h>

/* The kernel's replies come in parts of this size at most. */
#define REPLY_SIZE 32768

size_t netlink_begin_message(Buffer *messages, unsigned type, unsigned flags) {
        const struct nlmsghdr header = {.nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags)};

        buffer_append(messages, (const char *)&header, sizeof(header));
        return messages->length - sizeof(header);
}

void netlink_end_message(Buffer *messages, size_t start) {
        uint32_t length = (uint32_t)(messages->length - start);

        memcpy(messages->text + start + offsetof(struct nlmsghdr, nlmsg_len), &length, sizeof(length));
}

size_t netlink_begin_attribute(Buffer *messages, unsigned type) {
        const struct nlattr attribute = {.nla_type = (uint16_t)type};

        buffer_append(messages, (const char *)&attribute, sizeof(attribute));
        return messages->length - sizeof(attribute);
}

void netlink_end_attribute(Buffer *messages, size_t start) {
        static const char padding[NLA_ALIGNTO];
        uint16_t length = (uint16_t)(messages->length - start);

        memcpy(messages->text + start + offsetof(struct nlattr, nla_len), &length, sizeof(length));
        buffer_append(messages, padding, (size_t)NLA_ALIGN(length) - length);
}

void netlink_add_attribute(Buffer *messages, unsigned type, const void *value, size_t size) {
        size_t start = netlink_begin_attribute(messages, type);

        buffer_append(messages, value, size);
        netlink_end_attribute(messages, start);
}

/* Counts the acknowledgements in an answer. Returns the first failure that it tells of. */
static int count_acknowledgements(const char *answer, size_t length, unsigned *count) {
        const struct nlmsghdr *message;

        while ((message = netlink_take_message(&answer, &length))) {
                const struct nlmsgerr *error = NLMSG_DATA(message);

                if (message->nlmsg_type != NLMSG_ERROR || message->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
                        continue;
                if (error->error < 0)
                        return error->error;
                (*count)++;
        }
        return 0;
}

int netlink_request(int fd, const Buffer *messages, unsigned acknowledgements) {
        char answer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
        unsigned count = 0;
        ssize_t n;
        int r = 0;

        if (send(fd, messages->text, messages->length, 0) < 0)
                return negative_errno();
        while (r >= 0 && (n = recv(fd, answer, sizeof(answer), MSG_DONTWAIT)) > 0)
                r = count_acknowledgements(answer, (size_t)n, &count);
        if (r >= 0 && n < 0 && errno != EAGAIN)
                r = negative_errno();
        return r < 0 ? r : count < acknowledgements ? -EBADMSG : 0;
}

/* Receives a part of a reply from the kernel, whole. Returns its length. */
static ssize_t receive(int fd, char *reply, size_t size) {
        struct sockaddr_nl sender = {0};
        socklen_t sender_size = sizeof(sender);
        ssize_t n;

        do
                n = recvfrom(fd, reply, size, MSG_TRUNC, (struct sockaddr *)&sender, &sender_size);
        while ((n < 0 && errno == EINTR) || (n >= 0 && sender.nl_pid != 0));
        return n < 0 ? negative_errno() : (size_t)n > size ? -EMSGSIZE : n;
}

/* Returns 1 if it was the last message, and what the kernel or @visit has failed with. */
static int visit_message(const struct nlmsghdr *message, NetlinkVisit visit, void *userdata) {
        const struct nlmsgerr *error = NLMSG_DATA(message);
        int r;

        switch (message->nlmsg_type) {
        case NLMSG_DONE:
                return 1;
        case NLMSG_ERROR:
                return message->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? -EBADMSG
                       : error->error < 0                                ? error->error
                                                                         : 1;
        default:
                r = visit(message, userdata);
                return r < 0 ? r : 0;
        }
}

int netlink_dump(int fd, const Buffer *request, NetlinkVisit visit, void *userdata) {
        static char reply[REPLY_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
        int r = send(fd, request->text, request->length, 0) < 0 ? negative_errno() : 0;
        bool is_interrupted = false;

        while (r == 0) {
                ssize_t n = receive(fd, reply, sizeof(reply));
                size_t length = n > 0 ? (size_t)n : 0;
                const struct nlmsghdr *message;
                const char *rest = reply;

                if (n < 0)
                        return (int)n;
                while (r == 0 && (message = netlink_take_message(&rest, &length))) {
                        is_interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
                        r = visit_message(message, visit, userdata);
                }
        }
        return r < 0 ? r : is_interrupted ? -EINTR : 0;
}
