/* SPDX-License-Identifier: MIT */
#include "runtime/localhost-programs.h"

#include <assert.h>
#include <netinet/in.h>

const LocalhostHook localhost_hooks[LOCALHOST_HOOKS] = {
        {BPF_CGROUP_INET4_CONNECT, true, false, "connect4"},
        {BPF_CGROUP_INET6_CONNECT, false, false, "connect6"},
        {BPF_CGROUP_UDP4_SENDMSG, true, false, "sendmsg4"},
        {BPF_CGROUP_UDP6_SENDMSG, false, false, "sendmsg6"},
        {BPF_CGROUP_UDP4_RECVMSG, true, true, "recvmsg4"},
        {BPF_CGROUP_UDP6_RECVMSG, false, true, "recvmsg6"},
        {BPF_CGROUP_INET4_GETPEERNAME, true, true, "getpeername4"},
        {BPF_CGROUP_INET6_GETPEERNAME, false, true, "getpeername6"},
};

/* What all programs return: the call goes on. */
#define GO_ON 1

/* What is in front of the address in an IPv4-mapped one, and 127.0.0.1, in network byte order. */
#define MAPPED ((int32_t)htonl(0xffff))
#define LOCALHOST ((int32_t)htonl(INADDR_LOOPBACK))

/* Registers: functions take r1 to r5, which they overwrite, and return r0. Of what they leave, r6 is the context of the program, a struct
 * bpf_sock_addr, r7 a LocalhostTarget, r8 a peer that was sent to, and r9 its number. r10 is the end of the frame. */
enum { CONTEXT = BPF_REG_6, TARGET = BPF_REG_7, TO = BPF_REG_8, NUMBER = BPF_REG_9, FRAME = BPF_REG_10 };

/* The variables of a program. */
typedef struct Frame {
        LocalhostKey key;
        LocalhostPeer peer;
        uint32_t listener_source, listener_address; /* struct bpf_sock_tuple */
        uint16_t listener_source_port, listener_port;
} Frame;

_Static_assert(sizeof(Frame) % 8 == 0 && sizeof(Frame) <= 512, "a frame of BPF is aligned, and small");

_Static_assert((LOCALHOST_SENT_MAX & (LOCALHOST_SENT_MAX - 1)) == 0, "the lowest bits of a number are one of a peer");

/* How far behind what was sent to is what was told. */
#define TOLD ((int16_t)(offsetof(LocalhostSent, at) - offsetof(LocalhostSent, to)))

#define AT(member) ((int16_t)((int)offsetof(Frame, member) - (int)sizeof(Frame)))
#define CONTEXT_AT(member) ((int16_t)offsetof(struct bpf_sock_addr, member))
#define SOCKET_AT(member) ((int16_t)offsetof(struct bpf_sock, member))
#define TARGET_AT(member) ((int16_t)offsetof(LocalhostTarget, member))

/* Four bits have one. */
#define REGISTER(number) ((unsigned)(number)&15U)

#define I(...) ((struct bpf_insn){__VA_ARGS__})
#define SET(to, value) I(.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = REGISTER(to), .imm = (value))
#define COPY(to, from) I(.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = REGISTER(to), .src_reg = REGISTER(from))
#define ADD(to, value) I(.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = REGISTER(to), .imm = (value))
#define OR(to, from) I(.code = BPF_ALU64 | BPF_OR | BPF_X, .dst_reg = REGISTER(to), .src_reg = REGISTER(from))
#define ADD_REGISTER(to, from)                                                                                         \
        I(.code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = REGISTER(to), .src_reg = REGISTER(from))
#define AND(to, value) I(.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = REGISTER(to), .imm = (value))
#define MULTIPLY(to, value) I(.code = BPF_ALU64 | BPF_MUL | BPF_K, .dst_reg = REGISTER(to), .imm = (value))
#define SHIFT_RIGHT(to, bits) I(.code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = REGISTER(to), .imm = (bits))
/* htonl(3), which is ntohl(3). */
#define BIG_ENDIAN_32(to) I(.code = BPF_ALU | BPF_END | BPF_TO_BE, .dst_reg = REGISTER(to), .imm = 32)
/* @size is BPF_H, BPF_W or BPF_DW: 2, 4 or 8 bytes. */
#define LOAD(size, to, from, at)                                                                                       \
        I(.code = BPF_LDX | BPF_MEM | (size), .dst_reg = REGISTER(to), .src_reg = REGISTER(from), .off = (at))
#define STORE(size, to, at, from)                                                                                      \
        I(.code = BPF_STX | BPF_MEM | (size), .dst_reg = REGISTER(to), .src_reg = REGISTER(from), .off = (at))
#define STORE_VALUE(size, to, at, value)                                                                               \
        I(.code = BPF_ST | BPF_MEM | (size), .dst_reg = REGISTER(to), .off = (at), .imm = (value))
#define CALL(function) I(.code = BPF_JMP | BPF_CALL, .imm = (function))
#define EXIT I(.code = BPF_JMP | BPF_EXIT)
/* Of the lower 32 bits; the destination is set later. A pointer is compared with NULL as a whole. */
#define JUMP I(.code = BPF_JMP | BPF_JA)
#define JUMP_IF(comparison, of, value)                                                                                 \
        I(.code = BPF_JMP32 | (comparison) | BPF_K, .dst_reg = REGISTER(of), .imm = (value))
#define JUMP_IF_OTHER(of, other)                                                                                       \
        I(.code = BPF_JMP32 | BPF_JNE | BPF_X, .dst_reg = REGISTER(of), .src_reg = REGISTER(other))
#define JUMP_IF_NULL(pointer) I(.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = REGISTER(pointer))

typedef struct Code {
        struct bpf_insn *program;
        size_t length;
        size_t ends[32], ends_length; /* jumps to the end */
} Code;

/* Adds an instruction. Returns where it is. */
static size_t add(Code *code, struct bpf_insn instruction) {
        assert(code->length < LOCALHOST_PROGRAM_MAX);
        code->program[code->length] = instruction;
        return code->length++;
}

/* Has the jump @from lead to what is added next. */
static void land(Code *code, size_t from) {
        code->program[from].off = (int16_t)(code->length - from - 1);
}

/* Adds a jump to the end of the program: the address stays as it is. */
static void leave(Code *code, struct bpf_insn jump) {
        assert(code->ends_length < sizeof(code->ends) / sizeof(code->ends[0]));
        code->ends[code->ends_length++] = add(code, jump);
}

/* The first argument of a function is a map. */
static void add_map(Code *code, int map) {
        add(code, I(.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map));
        add(code, I(0));
}

/* An argument of a function is a pointer into the frame. */
static void add_pointer(Code *code, int argument, int16_t at) {
        add(code, COPY(argument, FRAME));
        add(code, ADD(argument, at));
}

/* Jumps if the IPv4 address in the register @address is, or with BPF_JNE is not, in 127.0.0.0/8. Overwrites r1. */
static struct bpf_insn if_loopback(Code *code, uint8_t comparison, int address) {
        add(code, COPY(BPF_REG_1, address));
        add(code, BIG_ENDIAN_32(BPF_REG_1));
        add(code, SHIFT_RIGHT(BPF_REG_1, 24));
        return JUMP_IF(comparison, BPF_REG_1, IN_LOOPBACKNET);
}

/* What is sent to 0.0.0.0 is sent to 127.0.0.1. */
static void add_any(Code *code, int address, int32_t instead) {
        size_t other = add(code, JUMP_IF(BPF_JNE, address, 0));

        add(code, SET(address, instead));
        land(code, other);
}

/* Copies the address into the key, unless it is no loopback address. */
static void read_address4(Code *code) {
        add(code, LOAD(BPF_W, BPF_REG_2, CONTEXT, CONTEXT_AT(user_ip4)));
        add_any(code, BPF_REG_2, LOCALHOST);
        leave(code, if_loopback(code, BPF_JNE, BPF_REG_2));
        add(code, STORE_VALUE(BPF_W, FRAME, AT(key.at.address[0]), 0));
        add(code, STORE_VALUE(BPF_W, FRAME, AT(key.at.address[1]), 0));
        add(code, STORE_VALUE(BPF_W, FRAME, AT(key.at.address[2]), MAPPED));
        add(code, STORE(BPF_W, FRAME, AT(key.at.address[3]), BPF_REG_2));
}

/* The same of ::1 and of ::, which stands for it, and of those that are mapped. */
static void read_address6(Code *code) {
        size_t mapped, done;

        for (int i = 0; i < 4; i++)
                add(code, LOAD(BPF_W, BPF_REG_2 + i, CONTEXT, (int16_t)(CONTEXT_AT(user_ip6) + 4 * i)));
        leave(code, JUMP_IF(BPF_JNE, BPF_REG_2, 0));
        leave(code, JUMP_IF(BPF_JNE, BPF_REG_3, 0));
        mapped = add(code, JUMP_IF(BPF_JEQ, BPF_REG_4, MAPPED));
        leave(code, JUMP_IF(BPF_JNE, BPF_REG_4, 0));
        add_any(code, BPF_REG_5, (int32_t)htonl(1));
        leave(code, JUMP_IF(BPF_JNE, BPF_REG_5, (int32_t)htonl(1)));
        done = add(code, JUMP);
        land(code, mapped);
        add_any(code, BPF_REG_5, LOCALHOST);
        leave(code, if_loopback(code, BPF_JNE, BPF_REG_5));
        land(code, done);
        for (int i = 0; i < 4; i++)
                add(code, STORE(BPF_W, FRAME, (int16_t)(AT(key.at.address) + 4 * i), BPF_REG_2 + i));
}

/* Looks up the target of the key, and leaves if there is none. */
static void find_target(Code *code, int forwards) {
        add(code, STORE_VALUE(BPF_W, FRAME, AT(key.prefix), LOCALHOST_PREFIX_ONE));
        add(code, LOAD(BPF_W, BPF_REG_2, CONTEXT, CONTEXT_AT(protocol)));
        add(code, STORE(BPF_W, FRAME, AT(key.protocol), BPF_REG_2));
        add(code, LOAD(BPF_W, BPF_REG_2, CONTEXT, CONTEXT_AT(user_port)));
        add(code, STORE(BPF_W, FRAME, AT(key.at.port), BPF_REG_2));
        add(code, COPY(BPF_REG_1, CONTEXT));
        add(code, CALL(BPF_FUNC_get_netns_cookie));
        add(code, STORE(BPF_DW, FRAME, AT(key.network), BPF_REG_0));
        add_map(code, forwards);
        add_pointer(code, BPF_REG_2, AT(key));
        add(code, CALL(BPF_FUNC_map_lookup_elem));
        leave(code, JUMP_IF_NULL(BPF_REG_0));
        add(code, COPY(TARGET, BPF_REG_0));
}

/* Leaves if no packet of the socket gets to the target: it is bound to an interface, or to an address of the loopback interface. */
static void check_source4(Code *code) {
        add(code, LOAD(BPF_DW, BPF_REG_3, CONTEXT, CONTEXT_AT(sk)));
        add(code, LOAD(BPF_W, BPF_REG_2, BPF_REG_3, SOCKET_AT(bound_dev_if)));
        leave(code, JUMP_IF(BPF_JNE, BPF_REG_2, 0));
        /* Of an IPv6 socket that is bound to an IPv6 address, this is 127.0.0.6: it sends no IPv4. */
        add(code, LOAD(BPF_W, BPF_REG_2, BPF_REG_3, SOCKET_AT(src_ip4)));
        leave(code, if_loopback(code, BPF_JEQ, BPF_REG_2));
}

/* The same, also if it is bound to an address of the other family. Mapped is an address that begins with zeros. */
static void check_source6(Code *code) {
        size_t mapped, ipv6, unbound, done;

        add(code, LOAD(BPF_DW, BPF_REG_1, CONTEXT, CONTEXT_AT(sk)));
        add(code, LOAD(BPF_W, BPF_REG_2, BPF_REG_1, SOCKET_AT(bound_dev_if)));
        leave(code, JUMP_IF(BPF_JNE, BPF_REG_2, 0));
        for (int i = 0; i < 4; i++)
                add(code, LOAD(BPF_W, BPF_REG_2 + i, BPF_REG_1, (int16_t)(SOCKET_AT(src_ip6) + 4 * i)));
        add(code, LOAD(BPF_W, BPF_REG_0, TARGET, TARGET_AT(peer.address[0])));
        add(code, OR(BPF_REG_2, BPF_REG_3));
        ipv6 = add(code, JUMP_IF(BPF_JNE, BPF_REG_2, 0));
        mapped = add(code, JUMP_IF(BPF_JEQ, BPF_REG_4, MAPPED));
        /* It is :: or ::1. */
        add(code, OR(BPF_REG_4, BPF_REG_5));
        unbound = add(code, JUMP_IF(BPF_JEQ, BPF_REG_4, 0));
        leave(code, JUMP);
        land(code, ipv6);
        leave(code, JUMP_IF(BPF_JEQ, BPF_REG_0, 0));
        done = add(code, JUMP);
        land(code, mapped);
        leave(code, JUMP_IF(BPF_JNE, BPF_REG_0, 0));
        leave(code, if_loopback(code, BPF_JEQ, BPF_REG_5));
        land(code, done);
        land(code, unbound);
}

/* Leaves if the forward is of all of 127.0.0.0/8, but for 127.0.0.1, and a socket is there that takes what is sent to that address. */
static void check_listener(Code *code) {
        size_t one, localhost, udp, none, found;

        add(code, LOAD(BPF_W, BPF_REG_2, TARGET, TARGET_AT(is_of_all)));
        one = add(code, JUMP_IF(BPF_JEQ, BPF_REG_2, 0));
        add(code, LOAD(BPF_W, BPF_REG_2, FRAME, AT(key.at.address[3])));
        localhost = add(code, JUMP_IF(BPF_JEQ, BPF_REG_2, LOCALHOST));
        add(code, STORE_VALUE(BPF_W, FRAME, AT(listener_source), 0));
        add(code, STORE(BPF_W, FRAME, AT(listener_address), BPF_REG_2));
        add(code, STORE_VALUE(BPF_H, FRAME, AT(listener_source_port), 0));
        add(code, LOAD(BPF_W, BPF_REG_2, FRAME, AT(key.at.port)));
        add(code, STORE(BPF_H, FRAME, AT(listener_port), BPF_REG_2));
        add(code, LOAD(BPF_W, BPF_REG_0, FRAME, AT(key.protocol)));
        add(code, COPY(BPF_REG_1, CONTEXT));
        add_pointer(code, BPF_REG_2, AT(listener_source));
        add(code, SET(BPF_REG_3, sizeof(((struct bpf_sock_tuple *)NULL)->ipv4)));
        add(code, SET(BPF_REG_4, BPF_F_CURRENT_NETNS));
        add(code, SET(BPF_REG_5, 0));
        udp = add(code, JUMP_IF(BPF_JEQ, BPF_REG_0, IPPROTO_UDP));
        add(code, CALL(BPF_FUNC_sk_lookup_tcp));
        found = add(code, JUMP);
        land(code, udp);
        add(code, CALL(BPF_FUNC_sk_lookup_udp));
        land(code, found);
        none = add(code, JUMP_IF_NULL(BPF_REG_0));
        add(code, COPY(BPF_REG_1, BPF_REG_0));
        add(code, CALL(BPF_FUNC_sk_release));
        leave(code, JUMP);
        land(code, none);
        land(code, localhost);
        land(code, one);
}

/* Has r0 point to what the socket has sent, or leaves if there is nothing; with @create, only if there is no memory for it. */
static void find_sent(Code *code, int sent, bool create) {
        add_map(code, sent);
        add(code, LOAD(BPF_DW, BPF_REG_2, CONTEXT, CONTEXT_AT(sk)));
        add(code, SET(BPF_REG_3, 0));
        add(code, SET(BPF_REG_4, create ? BPF_SK_STORAGE_GET_F_CREATE : 0));
        add(code, CALL(BPF_FUNC_sk_storage_get));
        leave(code, JUMP_IF_NULL(BPF_REG_0));
}

/* Looks in that for the peer @at from the register @base. If it is there, TO points to it; returns that jump. */
static size_t find_peer(Code *code, int base, int16_t at) {
        size_t other[5], start, again, found;

        add(code, COPY(TO, BPF_REG_0));
        add(code, ADD(TO, offsetof(LocalhostSent, to)));
        add(code, SET(NUMBER, 0));
        start = code->length;
        for (int i = 0; i < 5; i++) {
                add(code, LOAD(BPF_W, BPF_REG_2, TO, (int16_t)(4 * i)));
                add(code, LOAD(BPF_W, BPF_REG_3, base, (int16_t)(at + 4 * i)));
                other[i] = add(code, JUMP_IF_OTHER(BPF_REG_2, BPF_REG_3));
        }
        found = add(code, JUMP);
        for (int i = 0; i < 5; i++)
                land(code, other[i]);
        add(code, ADD(TO, sizeof(LocalhostPeer)));
        add(code, ADD(NUMBER, 1));
        again = add(code, JUMP_IF(BPF_JLT, NUMBER, LOCALHOST_SENT_MAX));
        code->program[again].off = (int16_t)((int)start - (int)again - 1);
        return found;
}

/* Notes what the socket was told to send to, in the place of the same peer, or else in that of the oldest. */
static void note_peer(Code *code, int sent) {
        size_t found;

        find_sent(code, sent, true);
        found = find_peer(code, TARGET, TARGET_AT(peer));
        add(code, LOAD(BPF_W, NUMBER, BPF_REG_0, offsetof(LocalhostSent, next)));
        add(code, COPY(BPF_REG_2, NUMBER));
        add(code, ADD(BPF_REG_2, 1));
        add(code, STORE(BPF_W, BPF_REG_0, offsetof(LocalhostSent, next), BPF_REG_2));
        add(code, AND(NUMBER, LOCALHOST_SENT_MAX - 1));
        add(code, MULTIPLY(NUMBER, sizeof(LocalhostPeer)));
        add(code, COPY(TO, BPF_REG_0));
        add(code, ADD_REGISTER(TO, NUMBER));
        add(code, ADD(TO, offsetof(LocalhostSent, to)));
        land(code, found);
        for (int i = 0; i < 5; i++) {
                add(code, LOAD(BPF_W, BPF_REG_2, TARGET, (int16_t)(TARGET_AT(peer) + 4 * i)));
                add(code, STORE(BPF_W, TO, (int16_t)(4 * i), BPF_REG_2));
                add(code, LOAD(BPF_W, BPF_REG_2, FRAME, (int16_t)(AT(key.at) + 4 * i)));
                add(code, STORE(BPF_W, TO, (int16_t)(TOLD + 4 * i), BPF_REG_2));
        }
}

/* The address of the context becomes that of the LocalhostPeer @at from the register @peer. */
static void write_address(Code *code, bool is_ipv4, int peer, int16_t at) {
        at = (int16_t)(at + (int16_t)offsetof(LocalhostPeer, address));
        for (int i = is_ipv4 ? 3 : 0; i < 4; i++) {
                int16_t to = (int16_t)(is_ipv4 ? CONTEXT_AT(user_ip4) : CONTEXT_AT(user_ip6) + 4 * i);

                add(code, LOAD(BPF_W, BPF_REG_2, peer, (int16_t)(at + 4 * i)));
                add(code, STORE(BPF_W, CONTEXT, to, BPF_REG_2));
        }
        at = (int16_t)(at + (int16_t)offsetof(LocalhostPeer, port) - (int16_t)offsetof(LocalhostPeer, address));
        add(code, LOAD(BPF_W, BPF_REG_2, peer, at));
        add(code, STORE(BPF_W, CONTEXT, CONTEXT_AT(user_port), BPF_REG_2));
}

/* connect, sendmsg */
static void add_request(Code *code, const LocalhostHook *hook, int forwards, int sent) {
        (hook->is_ipv4 ? read_address4 : read_address6)(code);
        find_target(code, forwards);
        /* From ::1 to an IPv4 address: Linux does not let a datagram change its family. net/ipv6/udp.c, udpv6_sendmsg() */
        if (hook->type == BPF_CGROUP_UDP6_SENDMSG) {
                add(code, LOAD(BPF_W, BPF_REG_2, TARGET, TARGET_AT(peer.address[0])));
                leave(code, JUMP_IF(BPF_JEQ, BPF_REG_2, 0));
        }
        (hook->is_ipv4 ? check_source4 : check_source6)(code);
        check_listener(code);
        note_peer(code, sent);
        write_address(code, hook->is_ipv4, TARGET, TARGET_AT(peer));
}

/* recvmsg, getpeername */
static void add_answer(Code *code, const LocalhostHook *hook, int sent) {
        size_t found;

        find_sent(code, sent, false);
        add(code, LOAD(BPF_W, BPF_REG_2, CONTEXT, CONTEXT_AT(user_port)));
        add(code, STORE(BPF_W, FRAME, AT(peer.port), BPF_REG_2));
        for (int i = 0; i < 3 && hook->is_ipv4; i++)
                add(code, STORE_VALUE(BPF_W, FRAME, (int16_t)(AT(peer.address) + 4 * i), i == 2 ? MAPPED : 0));
        for (int i = hook->is_ipv4 ? 3 : 0; i < 4; i++) {
                int16_t from = (int16_t)(hook->is_ipv4 ? CONTEXT_AT(user_ip4) : CONTEXT_AT(user_ip6) + 4 * i);

                add(code, LOAD(BPF_W, BPF_REG_2, CONTEXT, from));
                add(code, STORE(BPF_W, FRAME, (int16_t)(AT(peer.address) + 4 * i), BPF_REG_2));
        }
        found = find_peer(code, FRAME, AT(peer));
        leave(code, JUMP);
        land(code, found);
        write_address(code, hook->is_ipv4, TO, TOLD);
}

size_t localhost_program(
        const LocalhostHook *hook, int forwards, int sent, struct bpf_insn ret_program[static LOCALHOST_PROGRAM_MAX]) {
        Code code = {.program = ret_program};

        add(&code, COPY(CONTEXT, BPF_REG_1));
        if (hook->is_answer)
                add_answer(&code, hook, sent);
        else
                add_request(&code, hook, forwards, sent);
        for (size_t i = 0; i < code.ends_length; i++)
                land(&code, code.ends[i]);
        add(&code, SET(BPF_REG_0, GO_ON));
        add(&code, EXIT);
        return code.length;
}
