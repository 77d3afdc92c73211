/* SPDX-License-Identifier: MIT */
#include "runtime/restricted-links.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/lines.h"
#include "base/netlink.h"
#include "runtime/bpf.h"
#include "state/format.h"
#include "systemd/log.h"

/* htons(3) of what is no variable. */
#define BIG_ENDIAN_16(number) (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? (number) : __builtin_bswap16(number))

/* BPF_PROG_TYPE_SCHED_CLS: r1 is the packet first, r0 what follows at last. */
#define SET(to, value)                                                                                                 \
        { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (to), .imm = (value) }
#define LOAD(to, field)                                                                                                \
        { .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = (to), .src_reg = 1, .off = offsetof(struct __sk_buff, field) }
#define SKIP_IF(comparison, of, value, instructions)                                                                   \
        { .code = BPF_JMP | (comparison) | BPF_K, .dst_reg = (of), .off = (instructions), .imm = (value) }
#define CALL(function)                                                                                                 \
        { .code = BPF_JMP | BPF_CALL, .imm = (function) }
#define EXIT                                                                                                           \
        { .code = BPF_JMP | BPF_EXIT }

/* What comes from there seems to have been sent to all, which no router forwards and no TCP takes; chain untrusted puts it right. It is so
 * for all but ARP, whose answers would be doubted: what is in several headers of VLANs would otherwise pass as something else. */
static const struct bpf_insn from_link[] = {
        LOAD(2, protocol),
        SKIP_IF(BPF_JEQ, 2, BIG_ENDIAN_16(ETH_P_ARP), 4),
        LOAD(2, pkt_type),
        SKIP_IF(BPF_JNE, 2, PACKET_HOST, 2),
        SET(2, PACKET_BROADCAST),
        CALL(BPF_FUNC_skb_change_type),
        SET(0, TC_ACT_UNSPEC),
        EXIT,
};

/* What goes there and comes from anywhere but the host itself has the mark that chain admitted puts on it, or is dropped. */
static const struct bpf_insn to_link[] = {
        SET(0, TC_ACT_UNSPEC),
        LOAD(2, ingress_ifindex),
        SKIP_IF(BPF_JEQ, 2, 0, 3),
        LOAD(2, mark),
        SKIP_IF(BPF_JSET, 2, RESTRICTED_MARK, 1),
        SET(0, TC_ACT_SHOT),
        EXIT,
};

static int load(const struct bpf_insn *program, size_t length) {
        BPF_ATTRIBUTES(attributes);

        attributes.prog_type = BPF_PROG_TYPE_SCHED_CLS;
        attributes.insns = (uintptr_t)program;
        attributes.insn_cnt = (uint32_t)length;
        attributes.license = (uintptr_t) "MIT";
        return bpf_call(BPF_PROG_LOAD, &attributes);
}

/* What links are closed with: programs of the kernel, and where it is told. */
typedef struct Tools {
        int from_link, to_link, socket;
} Tools;

#define TOOLS_NULL ((Tools){-1, -1, -1})

static void tools_close(Tools *tools) {
        cleanup_close(&tools->from_link);
        cleanup_close(&tools->to_link);
        cleanup_close(&tools->socket);
}

/* Makes those that are not there. */
static int tools_open(Tools *tools) {
        if (tools->from_link < 0)
                tools->from_link = load(from_link, sizeof(from_link) / sizeof(from_link[0]));
        if (tools->to_link < 0)
                tools->to_link = load(to_link, sizeof(to_link) / sizeof(to_link[0]));
        if (tools->from_link < 0 || tools->to_link < 0)
                return tools->from_link < 0 ? tools->from_link : tools->to_link;
        if (tools->socket < 0)
                tools->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        return tools->socket < 0 ? negative_errno() : 0;
}

/* Begins a request that something of a @kind is made. */
static size_t begin_request(Buffer *requests, unsigned type, const struct tcmsg *where, const char *kind) {
        size_t start = netlink_begin_message(requests, type, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);

        buffer_append(requests, (const char *)where, sizeof(*where));
        netlink_add_attribute(requests, TCA_KIND, kind, strlen(kind) + 1);
        return start;
}

/* Adds the request that the program is run where the link has @direction, TC_H_MIN_INGRESS or TC_H_MIN_EGRESS. What it returns is what
 * becomes of the packet. */
static void add_program(Buffer *requests, int link, uint32_t direction, int program) {
        static const uint32_t flags = TCA_BPF_FLAG_ACT_DIRECT;
        const struct tcmsg where = {.tcm_ifindex = link,
                .tcm_parent = TC_H_MAKE(TC_H_CLSACT, direction),
                .tcm_info = TC_H_MAKE(1U << 16, BIG_ENDIAN_16(ETH_P_ALL))};
        size_t request = begin_request(requests, RTM_NEWTFILTER, &where, "bpf");
        size_t options = netlink_begin_attribute(requests, TCA_OPTIONS);

        netlink_add_attribute(requests, TCA_BPF_FD, &program, sizeof(program));
        netlink_add_attribute(requests, TCA_BPF_NAME, "restricted", sizeof("restricted"));
        netlink_add_attribute(requests, TCA_BPF_FLAGS, &flags, sizeof(flags));
        netlink_end_attribute(requests, options);
        netlink_end_message(requests, request);
}

/* The programs stay there until the link is deleted. tc-bpf(8) */
static int close_link(Tools *tools, const char *name) {
        const struct tcmsg all = {.tcm_ifindex = (int)if_nametoindex(name),
                .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
                .tcm_parent = TC_H_CLSACT};
        CLEANUP_BUFFER Buffer requests = BUFFER_NULL;
        int r = all.tcm_ifindex == 0 ? negative_errno() : tools_open(tools);

        if (r < 0)
                return r;
        netlink_end_message(&requests, begin_request(&requests, RTM_NEWQDISC, &all, "clsact"));
        add_program(&requests, all.tcm_ifindex, TC_H_MIN_INGRESS, tools->from_link);
        add_program(&requests, all.tcm_ifindex, TC_H_MIN_EGRESS, tools->to_link);
        return netlink_request(tools->socket, &requests, 3);
}

void restricted_links_close(const char *container, const Buffer *script) {
        CLEANUP(tools_close) Tools tools = TOOLS_NULL;
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        for_each_line(line, end, script) {
                const char *name = line_behind(line, end, ELEMENT_RESTRICTED);
                const char *quote = name ? memchr(name, '"', (size_t)(end - name)) : NULL;
                const char *link = quote ? arena_copy(&arena, name, (size_t)(quote - name)) : NULL;
                int r = link ? close_link(&tools, link) : 0;

                if (r < 0)
                        log_message(LOG_WARNING,
                                "Container %s: failed to block its link %s for when the nftables rules are missing: %s",
                                container, link, strerror(-r));
        }
}
