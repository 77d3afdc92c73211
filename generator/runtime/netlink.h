/* SPDX-License-Identifier: MIT */
/* What the kernel is asked by netlink(7), and what it says, of which no length is taken for right. */
#pragma once

#include <linux/netlink.h>

#include "base/buffer.h"

/* Appends the head of a message of @type with @flags, and NLM_F_REQUEST. Returns where it starts, for its end. */
size_t netlink_begin_message(Buffer *messages, unsigned type, unsigned flags);

/* What was appended since is the message. */
void netlink_end_message(Buffer *messages, size_t start);

/* The same of an attribute, which may be made of others. */
size_t netlink_begin_attribute(Buffer *messages, unsigned type);
void netlink_end_attribute(Buffer *messages, size_t start);

void netlink_add_attribute(Buffer *messages, unsigned type, const void *value, size_t size);

/* Sends the messages, and reads the answers: those families that are asked here have given them by then. Returns the first failure among
 * them, -EBADMSG if not so many were acknowledged. */
MUST_CHECK int netlink_request(int fd, const Buffer *messages, unsigned acknowledgements);

/* Takes the next of the messages in the *length bytes at *messages. NULL if there is no whole one. */
static inline const struct nlmsghdr *netlink_take_message(const char **messages, size_t *length) {
        const struct nlmsghdr *message = (const struct nlmsghdr *)*messages;
        size_t size;

        if (*length < sizeof(*message) || message->nlmsg_len < sizeof(*message) || message->nlmsg_len > *length)
                return NULL;
        size = (size_t)NLMSG_ALIGN(message->nlmsg_len);
        *messages += size < *length ? size : *length;
        *length -= size < *length ? size : *length;
        return message;
}

/* Finds an attribute of @type among the @length bytes of them at @attributes. NULL if there is none. */
static inline const struct nlattr *netlink_attribute(const void *attributes, size_t length, unsigned type) {
        const char *next = attributes;

        while (length >= sizeof(struct nlattr)) {
                const struct nlattr *attribute = (const struct nlattr *)next;
                size_t size = (size_t)NLA_ALIGN(attribute->nla_len);

                if (attribute->nla_len < sizeof(*attribute) || attribute->nla_len > length)
                        break;
                if ((attribute->nla_type & NLA_TYPE_MASK) == type)
                        return attribute;
                next += size;
                length -= size < length ? size : length;
        }
        return NULL;
}
