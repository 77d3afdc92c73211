/* SPDX-License-Identifier: MIT */
/* The BPF programs that forward the host's loopback addresses, and the maps that they share. The kernel runs them when a socket connects,
 * sends, receives or is asked for its peer (BPF_PROG_TYPE_CGROUP_SOCK_ADDR):
 *
 *   connect, sendmsg      replace a forwarded loopback address and port with those in the container, and note that with the socket
 *   recvmsg, getpeername  replace what is noted there with the loopback address again, so that a program sees who it has spoken to
 *
 * So nothing stands between both ends, and no packet has a loopback address outside of the loopback interface. Unchanged are addresses of
 *
 *   - sockets in other network namespaces, as their cookie is part of the key
 *   - sockets that are bound to a loopback address, from which no route leads to the container, or to an interface
 *   - 127.0.0.0/8 but for 127.0.0.1, where a program listens at that very moment, as systemd-resolved does at 127.0.0.53
 *
 * Addresses are IPv6 ones, in network byte order; an IPv4 one is mapped: ::ffff:127.0.0.1. So are ports, as numbers of 32 bits. */
#pragma once

#include "base/common.h"

#include <linux/bpf.h>

/* Increased with each change of the programs, or of what they note. */
#define LOCALHOST_PROGRAMS_VERSION 1

typedef struct LocalhostPeer {
        uint32_t port, address[4];
} LocalhostPeer;

/* The map of forwards: BPF_MAP_TYPE_LPM_TRIE. Neither its key nor what has to be there to delete one may ever change: each version deletes
 * its forwards from the maps of all versions, see localhost-bpf.h. */
typedef struct LocalhostKey {
        uint32_t prefix; /* the number of bits behind it that count */
        uint32_t protocol;
        uint64_t network; /* the network namespace, SO_NETNS_COOKIE of socket(7) */
        LocalhostPeer at;
} __attribute__((packed, aligned(8))) LocalhostKey;

/* What the kernel is told: without the padding at the end. */
#define LOCALHOST_KEY_SIZE (offsetof(LocalhostKey, at) + sizeof(LocalhostPeer))

/* The prefix of one address, and that of one that stands for all of 127.0.0.0/8. */
#define LOCALHOST_PREFIX_ONE (8 * (LOCALHOST_KEY_SIZE - sizeof(uint32_t)))
#define LOCALHOST_PREFIX_ALL (LOCALHOST_PREFIX_ONE - 24)

typedef struct LocalhostTarget {
        LocalhostPeer peer; /* in the container; an IPv4 address for an IPv4 key */
        uint32_t is_of_all; /* whether it is of all of 127.0.0.0/8 */
} LocalhostTarget;

/* How many peers of a socket are known: one that is connected has only one. */
#define LOCALHOST_SENT_MAX 8

/* The map of what was sent: BPF_MAP_TYPE_SK_STORAGE. A socket has it as long as it is there, once it has sent to a forwarded address. */
typedef struct LocalhostSent {
        uint32_t next; /* the number of the peer that the next one takes the place of, from its lowest bits */
        LocalhostPeer to[LOCALHOST_SENT_MAX]; /* what it has sent to, in the container */
        LocalhostPeer at[LOCALHOST_SENT_MAX]; /* what it was told to send to */
} LocalhostSent;

typedef struct LocalhostHook {
        enum bpf_attach_type type;
        bool is_ipv4;
        bool is_answer; /* recvmsg, getpeername */
        const char *name;
} LocalhostHook;

#define LOCALHOST_HOOKS 8
extern const LocalhostHook localhost_hooks[LOCALHOST_HOOKS];

/* More than the longest program has. */
#define LOCALHOST_PROGRAM_MAX 192

/* Writes the program for @hook, with the maps @forwards and @sent (descriptors). Returns its length. */
size_t localhost_program(
        const LocalhostHook *hook, int forwards, int sent, struct bpf_insn ret_program[static LOCALHOST_PROGRAM_MAX]);
