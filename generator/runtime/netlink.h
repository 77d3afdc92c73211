/* SPDX-License-Identifier: MIT */
/* What the kernel says by netlink(7), of which no length is taken for right. */
#pragma once

#include <linux/netlink.h>

#include "base/common.h"

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
