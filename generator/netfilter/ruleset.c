/* SPDX-License-Identifier: MIT */
#include "netfilter/ruleset.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

/* How often is read what changes meanwhile. */
#define ATTEMPTS_MAX 3

/* What messages are added to. */
typedef struct Reading {
        Ruleset *ruleset;
        Rule **next_rule;
        Set *set;
        Element *element;
        bool is_used;
} Reading;

static int request(Ruleset *ruleset, const Buffer *message, NetlinkVisit visit, Reading *reading) {
        reading->ruleset = ruleset;
        return netlink_dump(ruleset->fd, message, visit, reading);
}

/* With NLM_F_DUMP, for all that there is, or with NLM_F_ACK, for one object, which netlink_dump() takes to be the end of a reply, too. */
static size_t begin(Buffer *message, unsigned type, unsigned flags, uint8_t family) {
        const struct nfgenmsg head = {.nfgen_family = family, .version = NFNETLINK_V0};
        size_t start = netlink_begin_message(message, NFNL_SUBSYS_NFTABLES << 8 | type, flags);

        buffer_append(message, (const char *)&head, sizeof(head));
        return start;
}

static void add_text(Buffer *message, unsigned type, const char *text) {
        netlink_add_attribute(message, type, text, strlen(text) + 1);
}

/* Finds an attribute of @message, if that is of @type. */
static const struct nlattr *find(const struct nlmsghdr *message, unsigned type, unsigned attribute) {
        const size_t head = NLMSG_LENGTH(sizeof(struct nfgenmsg));

        return message->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | type) && message->nlmsg_len >= head
                       ? netlink_attribute((const char *)message + head, message->nlmsg_len - head, attribute)
                       : NULL;
}

static const char *copy_text(Ruleset *ruleset, const struct nlattr *attribute) {
        const char *text;

        if (!attribute)
                return "";
        text = (const char *)(attribute + 1);
        return arena_copy(&ruleset->arena, text, strnlen(text, attribute->nla_len - sizeof(*attribute)));
}

static int add_chain(const struct nlmsghdr *message, void *userdata) {
        Ruleset *ruleset = ((Reading *)userdata)->ruleset;
        const struct nlattr *name = find(message, NFT_MSG_NEWCHAIN, NFTA_CHAIN_NAME);
        const struct nlattr *hook = find(message, NFT_MSG_NEWCHAIN, NFTA_CHAIN_HOOK);
        const struct nlattr *number = netlink_nested(hook, NFTA_HOOK_HOOKNUM);
        Chain *chain;

        if (!name)
                return 0;
        chain = arena_alloc(&ruleset->arena, sizeof(*chain));
        *chain = (Chain){
                .next = ruleset->chains,
                .family = ((const struct nfgenmsg *)NLMSG_DATA(message))->nfgen_family,
                .table = copy_text(ruleset, find(message, NFT_MSG_NEWCHAIN, NFTA_CHAIN_TABLE)),
                .name = copy_text(ruleset, name),
        };
        chain->filters_forwarded =
                number && netlink_number(number) == NF_INET_FORWARD &&
                (chain->family == NFPROTO_INET || chain->family == NFPROTO_IPV4 || chain->family == NFPROTO_IPV6);
        number = find(message, NFT_MSG_NEWCHAIN, NFTA_CHAIN_POLICY);
        chain->drops = number && netlink_number(number) == NF_DROP;
        ruleset->chains = chain;
        return 0;
}

int ruleset_read(Ruleset *ruleset) {
        CLEANUP_BUFFER Buffer message = BUFFER_NULL;
        int r = -EINTR;

        netlink_end_message(&message, begin(&message, NFT_MSG_GETCHAIN, NLM_F_DUMP, NFPROTO_UNSPEC));
        if (ruleset->fd < 0 && (ruleset->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)) < 0)
                return negative_errno();
        for (int i = 0; i < ATTEMPTS_MAX && r == -EINTR; i++) {
                ruleset->chains = NULL;
                r = request(ruleset, &message, add_chain, &(Reading){0});
        }
        return r;
}

Chain *ruleset_chain(Ruleset *ruleset, const Chain *other, const char *name) {
        for (Chain *chain = ruleset->chains; chain; chain = chain->next)
                if (chain->family == other->family && strcmp(chain->table, other->table) == 0 &&
                        strcmp(chain->name, name) == 0)
                        return chain;
        return NULL;
}

static int read_flags(const struct nlmsghdr *message, void *userdata) {
        const struct nlattr *flags = find(message, NFT_MSG_NEWTABLE, NFTA_TABLE_FLAGS);

        if (flags)
                ((Reading *)userdata)->is_used = !(netlink_number(flags) & NFT_TABLE_F_DORMANT);
        return 0;
}

bool ruleset_is_used(Ruleset *ruleset, const Chain *chain) {
        CLEANUP_BUFFER Buffer message = BUFFER_NULL;
        size_t start = begin(&message, NFT_MSG_GETTABLE, NLM_F_ACK, chain->family);
        Reading reading = {0};

        add_text(&message, NFTA_TABLE_NAME, chain->table);
        netlink_end_message(&message, start);
        return request(ruleset, &message, read_flags, &reading) >= 0 && reading.is_used;
}

static int add_rule(const struct nlmsghdr *message, void *userdata) {
        Reading *reading = userdata;
        const struct nlattr *list = find(message, NFT_MSG_NEWRULE, NFTA_RULE_EXPRESSIONS);
        Rule *rule;

        if (!list)
                return 0;
        rule = arena_alloc(&reading->ruleset->arena, sizeof(*rule));
        rule->length = list->nla_len - sizeof(*list);
        rule->expressions = memcpy(arena_alloc(&reading->ruleset->arena, rule->length), list + 1, rule->length);
        *reading->next_rule = rule;
        reading->next_rule = &rule->next;
        return 0;
}

int ruleset_read_rules(Ruleset *ruleset, Chain *chain) {
        CLEANUP_BUFFER Buffer message = BUFFER_NULL;
        size_t start = begin(&message, NFT_MSG_GETRULE, NLM_F_DUMP, chain->family);
        int r = -EINTR;

        if (chain->is_read)
                return 0;
        add_text(&message, NFTA_RULE_TABLE, chain->table);
        add_text(&message, NFTA_RULE_CHAIN, chain->name);
        netlink_end_message(&message, start);
        for (int i = 0; i < ATTEMPTS_MAX && r == -EINTR; i++) {
                chain->rules = NULL;
                r = request(ruleset, &message, add_rule, &(Reading){.next_rule = &chain->rules});
        }
        chain->is_read = r >= 0;
        return r;
}

static int add_set(const struct nlmsghdr *message, void *userdata) {
        Set *set = ((Reading *)userdata)->set;
        uint32_t flags = netlink_number(find(message, NFT_MSG_NEWSET, NFTA_SET_FLAGS));

        /* What packets add and remove is not there before they come. */
        if (!(flags & (NFT_SET_EVAL | NFT_SET_TIMEOUT)))
                set->key_length = netlink_number(find(message, NFT_MSG_NEWSET, NFTA_SET_KEY_LEN));
        return 0;
}

const Set *ruleset_set(Ruleset *ruleset, const Chain *chain, const char *name) {
        CLEANUP_BUFFER Buffer message = BUFFER_NULL;
        size_t start = begin(&message, NFT_MSG_GETSET, NLM_F_ACK, chain->family);
        Set *set;

        for (set = ruleset->sets; set; set = set->next)
                if (set->family == chain->family && strcmp(set->table, chain->table) == 0 &&
                        strcmp(set->name, name) == 0)
                        return set;
        set = arena_alloc(&ruleset->arena, sizeof(*set));
        *set = (Set){
                .next = ruleset->sets,
                .family = chain->family,
                .table = chain->table,
                .name = arena_copy(&ruleset->arena, name, strlen(name)),
        };
        ruleset->sets = set;
        add_text(&message, NFTA_SET_TABLE, set->table);
        add_text(&message, NFTA_SET_NAME, set->name);
        netlink_end_message(&message, start);
        ignore_failure(request(ruleset, &message, add_set, &(Reading){.set = set}));
        return set;
}

/* Whether the expressions of an element, of which there may be one as such or a list, are other than counters. */
static bool decides(const struct nlattr *element) {
        const struct nlattr *list = netlink_nested(element, NFTA_SET_ELEM_EXPRESSIONS);
        const struct nlattr *expression = netlink_nested(element, NFTA_SET_ELEM_EXPR);
        const struct nlattr *name = netlink_nested(expression, NFTA_EXPR_NAME);
        static const char counter[] = "counter";

        return list || (expression && !(name && name->nla_len == sizeof(*name) + sizeof(counter) &&
                                              memcmp(name + 1, counter, sizeof(counter)) == 0));
}

static int add_element(const struct nlmsghdr *message, void *userdata) {
        Reading *reading = userdata;
        const struct nlattr *list = find(message, NFT_MSG_NEWSETELEM, NFTA_SET_ELEM_LIST_ELEMENTS);
        const struct nlattr *element = netlink_nested(list, NFTA_LIST_ELEM);
        const struct nlattr *data = netlink_nested(element, NFTA_SET_ELEM_DATA);

        if (!element)
                return 0;
        reading->element->is_conditional = decides(element);
        if (data)
                reading->element->data =
                        memcpy(arena_alloc(&reading->ruleset->arena, data->nla_len), data, data->nla_len);
        return 0;
}

/* Asks for the element of a key, or for "*" if that is NULL. */
static int find_element(Ruleset *ruleset, const Set *set, const void *key, Element *ret) {
        CLEANUP_BUFFER Buffer message = BUFFER_NULL;
        size_t start = begin(&message, NFT_MSG_GETSETELEM, NLM_F_ACK, set->family), list, element, nest;
        const uint32_t any = htonl(NFT_SET_ELEM_CATCHALL);

        add_text(&message, NFTA_SET_ELEM_LIST_TABLE, set->table);
        add_text(&message, NFTA_SET_ELEM_LIST_SET, set->name);
        list = netlink_begin_attribute(&message, NFTA_SET_ELEM_LIST_ELEMENTS);
        element = netlink_begin_attribute(&message, NFTA_LIST_ELEM);
        if (key) {
                nest = netlink_begin_attribute(&message, NFTA_SET_ELEM_KEY);
                netlink_add_attribute(&message, NFTA_DATA_VALUE, key, set->key_length);
                netlink_end_attribute(&message, nest);
        } else {
                netlink_add_attribute(&message, NFTA_SET_ELEM_FLAGS, &any, sizeof(any));
        }
        netlink_end_attribute(&message, element);
        netlink_end_attribute(&message, list);
        netlink_end_message(&message, start);
        return request(ruleset, &message, add_element, &(Reading){.element = ret});
}

int ruleset_find(Ruleset *ruleset, const Set *set, const void *key, Element *ret) {
        int r;

        *ret = (Element){0};
        r = find_element(ruleset, set, key, ret);
        if (r == -ENOENT)
                r = find_element(ruleset, set, NULL, ret);
        return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

void ruleset_free(Ruleset *ruleset) {
        cleanup_close(&ruleset->fd);
        arena_free(&ruleset->arena);
        *ruleset = RULESET_NULL;
}
