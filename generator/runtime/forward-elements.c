/* SPDX-License-Identifier: MIT */
#include "runtime/forward-elements.h"

#include <arpa/inet.h>
#include <net/if.h>

#include "base/lines.h"
#include "base/number.h"
#include "runtime/nfnetlink.h"
#include "state/format.h"

/* A key or a target in the kernel's form: the parts of a concatenation, each up to a multiple of 4 bytes. */
typedef struct Bytes {
        uint8_t bytes[64];
        size_t length;
} Bytes;

static bool append(Bytes *bytes, const void *part, size_t length) {
        size_t padded = (length + 3) & ~(size_t)3;

        if (padded > sizeof(bytes->bytes) - bytes->length)
                return false;
        memcpy(bytes->bytes + bytes->length, part, length);
        bytes->length += padded;
        return true;
}

/* An interface, in quotes, an address, a port or a protocol. */
static bool append_word(Bytes *bytes, const char *word) {
        size_t length = strlen(word);
        struct in6_addr address;
        char name[IFNAMSIZ] = "";
        uint64_t number;

        if (word[0] == '"' && length > 2 && length - 2 < sizeof(name) && word[length - 1] == '"') {
                memcpy(name, word + 1, length - 2);
                return append(bytes, name, sizeof(name));
        }
        if (inet_pton(AF_INET, word, &address) == 1)
                return append(bytes, &address, sizeof(struct in_addr));
        if (inet_pton(AF_INET6, word, &address) == 1)
                return append(bytes, &address, sizeof(address));
        if (number_parse(word, 1, UINT16_MAX, &number))
                return append(bytes, &(uint16_t){htons((uint16_t)number)}, sizeof(uint16_t));
        number = strcmp(word, "tcp") == 0 ? IPPROTO_TCP : strcmp(word, "udp") == 0 ? IPPROTO_UDP : 0;
        return number != 0 && append(bytes, &(uint8_t){(uint8_t)number}, sizeof(uint8_t));
}

/* Takes the words of a concatenation, with " . " between them. Returns the word that ends it. */
static const char *parse_concatenation(char **words, Bytes *ret) {
        const char *word, *end;

        do {
                word = strsep(words, " ");
                if (!word || !append_word(ret, word))
                        return NULL;
                end = strsep(words, " ");
        } while (end && strcmp(end, ".") == 0);
        return end;
}

/* Messages to the kernel, and where the last one starts. */
typedef struct Batch {
        Buffer messages;
        size_t last;
        unsigned elements;
} Batch;

/* Appends the message of @type for an element "SET { KEY }" or "SET { KEY : TARGET }", in its words. */
static int append_element(Batch *batch, unsigned type, char *words) {
        Buffer *messages = &batch->messages;
        Bytes key = {0}, target = {0};
        const char *set = strsep(&words, " "), *end = strsep(&words, " ");
        size_t list, element, value;

        if (!end || strcmp(end, "{") != 0)
                return -EINVAL;
        end = parse_concatenation(&words, &key);
        if (end && strcmp(end, ":") == 0)
                end = parse_concatenation(&words, &target);
        if (!end || strcmp(end, "}") != 0 || words)
                return -EINVAL;

        batch->last = nfnetlink_begin_message(
                messages, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0, NFTA_SET_ELEM_LIST_TABLE);
        nfnetlink_add_text(messages, NFTA_SET_ELEM_LIST_SET, set);
        list = netlink_begin_attribute(messages, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED);
        element = netlink_begin_attribute(messages, NFTA_LIST_ELEM | NLA_F_NESTED);
        value = netlink_begin_attribute(messages, NFTA_SET_ELEM_KEY | NLA_F_NESTED);
        netlink_add_attribute(messages, NFTA_DATA_VALUE, key.bytes, key.length);
        netlink_end_attribute(messages, value);
        if (target.length > 0) {
                value = netlink_begin_attribute(messages, NFTA_SET_ELEM_DATA | NLA_F_NESTED);
                netlink_add_attribute(messages, NFTA_DATA_VALUE, target.bytes, target.length);
                netlink_end_attribute(messages, value);
        }
        netlink_end_attribute(messages, element);
        netlink_end_attribute(messages, list);
        netlink_end_message(messages, batch->last);
        batch->elements++;
        return 0;
}

/* Appends a message for each element of @script that is not in @kept. One that is there twice can be deleted once; to add it again has no
 * effect. */
static int append_elements(Batch *batch, unsigned type, const Buffer *script, const Buffer *kept) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        for_each_line(line, end, script) {
                const Buffer rest = {
                        .text = (char *)end + 1, .length = (size_t)(script->text + script->length - end - 1)};
                const char *element = line_behind(line, end, ELEMENT_ADD FORWARDS_TABLE " ");
                size_t length = (size_t)(end - line);
                int r;

                if (!line_behind(line, end, ELEMENT_ADD) || has_line(kept, line, length) ||
                        (type == NFT_MSG_DELSETELEM && has_line(&rest, line, length)))
                        continue;
                r = !element ? -EINVAL
                             : append_element(batch, type, arena_copy(&arena, element, (size_t)(end - element)));
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Only the last message is acknowledged: there may be more than there is room for in the socket. Those that fail are told in any case. */
static int send_batch(Batch *batch) {
        struct nlmsghdr header;

        if (batch->elements == 0)
                return 0;
        memcpy(&header, batch->messages.text + batch->last, sizeof(header));
        header.nlmsg_flags |= NLM_F_ACK;
        memcpy(batch->messages.text + batch->last, &header, sizeof(header));
        nfnetlink_end_batch(&batch->messages);
        return nfnetlink_request(&batch->messages, 1);
}

int forward_elements_add(const Buffer *script) {
        Batch batch = {0};
        int r;

        nfnetlink_begin_batch(&batch.messages);
        r = append_elements(&batch, NFT_MSG_NEWSETELEM, script, &BUFFER_NULL);
        if (r >= 0)
                r = send_batch(&batch);
        buffer_free(&batch.messages);
        return r;
}

int forward_elements_delete(const Buffer *script, const Buffer *kept) {
        Batch batch = {0};
        int r;

        /* One that is missing would be an error, so all are added before. */
        nfnetlink_begin_batch(&batch.messages);
        r = append_elements(&batch, NFT_MSG_NEWSETELEM, script, kept);
        if (r >= 0)
                r = append_elements(&batch, NFT_MSG_DELSETELEM, script, kept);
        if (r >= 0)
                r = send_batch(&batch);
        buffer_free(&batch.messages);
        return r == -ENOENT ? 0 : r;
}
