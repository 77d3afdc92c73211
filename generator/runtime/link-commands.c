/* SPDX-License-Identifier: MIT */
#include "runtime/link-commands.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/lines.h"
#include "base/netlink.h"
#include "base/words.h"
#include "state/format.h"

int link_commands_open(bool watch) {
        CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        const struct sockaddr_nl groups = {.nl_family = AF_NETLINK, .nl_groups = watch ? RTMGRP_LINK : 0};

        if (fd < 0 || bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) < 0)
                return negative_errno();
        return take_fd(&fd);
}

/* A command's words. Those of a command that has fewer are NULL. */
#define WORDS_MAX 14

typedef struct Command {
        char text[512];
        const char *words[WORDS_MAX];
} Command;

/* Takes the line apart, into words that are in @ret_command itself. What is longer than any that there is has none. */
static void command_parse(const char *line, const char *end, Command *ret_command) {
        char *rest = NULL;

        *ret_command = (Command){0};
        snprintf(ret_command->text, sizeof(ret_command->text), "%.*s", (int)(end - line), line);
        for (size_t i = 0; i < WORDS_MAX && (size_t)(end - line) < sizeof(ret_command->text); i++)
                if (!(ret_command->words[i] = strtok_r(i == 0 ? ret_command->text : NULL, " ", &rest)))
                        break;
}

/* Whether the command consists of these words, of which "" stands for any. */
static bool command_is(const Command *command, const char *const words[], size_t length) {
        for (size_t i = 0; i < length; i++)
                if (!command->words[i] || (words[i][0] && strcmp(command->words[i], words[i]) != 0))
                        return false;
        return length == WORDS_MAX || !command->words[length];
}

#define IS(command, ...)                                                                                               \
        command_is(command, (const char *const[]){__VA_ARGS__},                                                        \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Begins a request to change the link @name. Returns where it starts in @requests, or -ENODEV. */
static int begin_link(Buffer *requests, unsigned type, unsigned flags, const char *name, unsigned set) {
        const struct ifinfomsg link = {.ifi_index = (int)if_nametoindex(name), .ifi_flags = set, .ifi_change = set};
        size_t start;

        if (link.ifi_index == 0)
                return -ENODEV;
        start = netlink_begin_message(requests, type, NLM_F_ACK | flags);
        buffer_append(requests, (const char *)&link, sizeof(link));
        return (int)start;
}

/* Ends a request that begin_link() has begun. */
static int end_link(Buffer *requests, int start) {
        if (start < 0)
                return start;
        netlink_end_message(requests, (size_t)start);
        return 1;
}

static int append_settings(Buffer *requests, const char *name, const char *mac) {
        static const uint32_t group = LINK_GROUP;
        struct ether_addr address;
        int start;

        if (!ether_aton_r(mac, &address))
                return -EINVAL;
        start = begin_link(requests, RTM_NEWLINK, 0, name, 0);
        if (start >= 0) {
                netlink_add_attribute(requests, IFLA_ADDRESS, &address, sizeof(address));
                netlink_add_attribute(requests, IFLA_GROUP, &group, sizeof(group));
        }
        return end_link(requests, start);
}

static int append_master(Buffer *requests, const char *name, const char *master) {
        uint32_t index = if_nametoindex(master);
        int start = index == 0 ? -ENODEV : begin_link(requests, RTM_NEWLINK, 0, name, 0);

        if (start >= 0)
                netlink_add_attribute(requests, IFLA_MASTER, &index, sizeof(index));
        return end_link(requests, start);
}

static int append_other_name(Buffer *requests, const char *name, const char *other) {
        int start = begin_link(requests, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, name, 0);

        if (start >= 0) {
                size_t list = netlink_begin_attribute(requests, IFLA_PROP_LIST | NLA_F_NESTED);

                netlink_add_attribute(requests, IFLA_ALT_IFNAME, other, strlen(other) + 1);
                netlink_end_attribute(requests, list);
        }
        return end_link(requests, start);
}

static int append_address(Buffer *requests, const char *text, const char *name, unsigned flags) {
        struct ifaddrmsg header = {.ifa_index = if_nametoindex(name), .ifa_flags = (uint8_t)flags};
        Address address;
        size_t start;

        if (header.ifa_index == 0 || !address_parse(text, AF_UNSPEC, &address))
                return header.ifa_index == 0 ? -ENODEV : -EINVAL;
        header.ifa_family = address.family;
        header.ifa_prefixlen = address.prefix;
        start = netlink_begin_message(requests, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        buffer_append(requests, (const char *)&header, sizeof(header));
        netlink_add_attribute(requests, IFA_LOCAL, &address.in6, address_size(address.family));
        netlink_add_attribute(requests, IFA_ADDRESS, &address.in6, address_size(address.family));
        netlink_end_message(requests, start);
        return 1;
}

static int append_route(Buffer *requests, const char *text, const char *name) {
        uint32_t index = if_nametoindex(name);
        struct rtmsg header = {.rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST};
        Address address;
        size_t start;

        if (index == 0 || !address_parse(text, AF_UNSPEC, &address))
                return index == 0 ? -ENODEV : -EINVAL;
        header.rtm_family = address.family;
        header.rtm_dst_len = address.prefix;
        header.rtm_scope = address.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        start = netlink_begin_message(requests, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        buffer_append(requests, (const char *)&header, sizeof(header));
        netlink_add_attribute(requests, RTA_DST, &address.in6, address_size(address.family));
        netlink_add_attribute(requests, RTA_OIF, &index, sizeof(index));
        netlink_end_message(requests, start);
        return 1;
}

const char *link_command_added(Arena *arena, const char *line, const char *end) {
        const char *name = line_behind(line, end, LINK_ADD);

        return name ? take_word(arena, &name) : NULL;
}

bool link_command_is_last(const char *line, const char *end) {
        Command command;

        command_parse(line, end, &command);
        return IS(&command, "link", "set", "dev", "", "up") || IS(&command, "route", "add", "", "dev", "");
}

int link_command_append(Buffer *requests, const char *line, const char *end) {
        Command command;
        const char *const *word = command.words;

        command_parse(line, end, &command);
        if (line == end || *line == '#')
                return 0;
        if (IS(&command, "link", "add", "name", "", "address", "", "group", "", "type", "veth", "peer", "name", "",
                    "address"))
                return append_settings(requests, word[3], word[5]);
        if (IS(&command, "link", "property", "add", "dev", "", "altname", ""))
                return append_other_name(requests, word[4], word[6]);
        if (IS(&command, "address", "add", "", "dev", ""))
                return append_address(requests, word[2], word[4], 0);
        if (IS(&command, "address", "add", "", "dev", "", "nodad"))
                return append_address(requests, word[2], word[4], IFA_F_NODAD);
        if (IS(&command, "link", "set", "dev", "", "master", ""))
                return append_master(requests, word[3], word[5]);
        if (IS(&command, "link", "set", "dev", "", "up"))
                return end_link(requests, begin_link(requests, RTM_NEWLINK, 0, word[3], IFF_UP));
        if (IS(&command, "route", "add", "", "dev", ""))
                return append_route(requests, word[2], word[4]);
        return -EINVAL;
}

int link_delete(int fd, const char *name) {
        CLEANUP_BUFFER Buffer request = BUFFER_NULL;
        int r = end_link(&request, begin_link(&request, RTM_DELLINK, 0, name, 0));

        if (r > 0)
                r = netlink_request(fd, &request, 1);
        return r == -ENODEV ? 0 : r;
}
