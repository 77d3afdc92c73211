/* SPDX-License-Identifier: MIT */
#include "netfilter/legacy.h"

#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/lines.h"

#define TABLE "filter"

/* Both families have the same options and structures, but for the match at the beginning of an entry. */
_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo) &&
                       sizeof(struct ipt_get_entries) == sizeof(struct ip6t_get_entries),
        "the structures differ");

/* Reads the entry at @offset, whose target is the last part of it, and is a verdict if it is a policy. */
static bool drops(const Buffer *entries, size_t offset, size_t place_of_target) {
        struct xt_standard_target target;
        uint16_t start;

        if (offset > entries->length || entries->length - offset < place_of_target + sizeof(start))
                return false;
        memcpy(&start, entries->text + offset + place_of_target, sizeof(start));
        offset += start;
        if (offset > entries->length || entries->length - offset < sizeof(target))
                return false;
        memcpy(&target, entries->text + offset, sizeof(target));
        return target.verdict == -NF_DROP - 1;
}

bool legacy_closes_forward(bool is_ipv6) {
        CLEANUP_CLOSE int fd = -1;
        CLEANUP_BUFFER Buffer names = BUFFER_NULL, entries = BUFFER_NULL;
        struct ipt_getinfo info = {.name = TABLE};
        struct ipt_get_entries head = {.name = TABLE};
        socklen_t size = sizeof(info);
        int level = is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;

        /* Who asks the kernel for a table that is not there creates it. */
        if (read_file(is_ipv6 ? "/proc/net/ip6_tables_names" : "/proc/net/ip_tables_names", &names) < 0 ||
                !has_line(&names, TABLE, strlen(TABLE)) ||
                (fd = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)) < 0 ||
                getsockopt(fd, level, IPT_SO_GET_INFO, &info, &size) < 0)
                return false;
        head.size = info.size;
        buffer_append(&entries, (const char *)&head, sizeof(head));
        buffer_reserve(&entries, info.size);
        memset(entries.text + entries.length, 0, info.size);
        entries.length += info.size;
        size = (socklen_t)entries.length;
        return getsockopt(fd, level, IPT_SO_GET_ENTRIES, entries.text, &size) >= 0 &&
               drops(&entries, sizeof(head) + info.underflow[NF_INET_FORWARD],
                       is_ipv6 ? offsetof(struct ip6t_entry, target_offset)
                               : offsetof(struct ipt_entry, target_offset));
}
