/* SPDX-License-Identifier: MIT */
/* Requests to the kernel over netlink(7), and its replies, none of whose lengths are trusted. */
#pragma once

#include <linux/netlink.h>

#include "base/buffer.h"

/* Appends the header of a message of @type with @flags and NLM_F_REQUEST. Returns where it starts, for netlink_end_message(). */
size_t netlink_begin_message(Buffer *messages, unsigned type, unsigned flags);

/* Ends the message, which is everything appended since. */
void netlink_end_message(Buffer *messages, size_t start);

/* The same for an attribute, which may consist of others. */
size_t netlink_begin_attribute(Buffer *messages, unsigned type);
void netlink_end_attribute(Buffer *messages, size_t start);

void netlink_add_attribute(Buffer *messages, unsigned type, const void *value, size_t size);

/* Sends the messages, and reads the replies: the families used here have sent them by then. Returns the first failure among them, or
 * -EBADMSG if there are fewer than @acknowledgements. */
MUST_CHECK int netlink_request(int fd, const Buffer *messages, unsigned acknowledgements);

/* Sends @request, whose flags include NLM_F_DUMP, and has @visit look at each message of the reply, up to its first failure. Fails with
 * -EINTR, at the end of the reply, if what was to be read has changed meanwhile. */
typedef int (*NetlinkVisit)(const struct nlmsghdr *message, void *userdata);
MUST_CHECK int netlink_dump(int fd, const Buffer *request, NetlinkVisit visit, void *userdata);

/* Takes the next message from the *length bytes at *messages. Returns NULL if there is no complete one. */
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

/* Takes the next attribute from the *length bytes at *attributes. Returns NULL if there is no complete one. */
static inline const struct nlattr *netlink_take_attribute(const char **attributes, size_t *length) {
        const struct nlattr *attribute = (const struct nlattr *)*attributes;
        size_t size;

        if (*length < sizeof(*attribute) || attribute->nla_len < sizeof(*attribute) || attribute->nla_len > *length)
                return NULL;
        size = (size_t)NLA_ALIGN(attribute->nla_len);
        *attributes += size < *length ? size : *length;
        *length -= size < *length ? size : *length;
        return attribute;
}

/* Finds an attribute of @type in the @length bytes of attributes at @attributes. Returns NULL if there is none. */
static inline const struct nlattr *netlink_attribute(const void *attributes, size_t length, unsigned type) {
        const struct nlattr *attribute;
        const char *next = attributes;

        while ((attribute = netlink_take_attribute(&next, &length)))
                if ((attribute->nla_type & NLA_TYPE_MASK) == type)
                        return attribute;
        return NULL;
}

/* Finds one of the attributes that @nest, which may be NULL, is made of. */
static inline const struct nlattr *netlink_nested(const struct nlattr *nest, unsigned type) {
        return nest ? netlink_attribute(nest + 1, nest->nla_len - sizeof(*nest), type) : NULL;
}

/* Returns the number in @attribute, in the order of the network; 0 if it is NULL. */
static inline uint32_t netlink_number(const struct nlattr *attribute) {
        const unsigned char *bytes = (const unsigned char *)attribute;
        uint32_t value = 0;

        for (size_t i = sizeof(*attribute); attribute && i < attribute->nla_len; i++)
                value = value << 8 | bytes[i];
        return value;
}
