/* SPDX-License-Identifier: MIT */
/* IPv4 and IPv6 addresses with an optional prefix length: "10.0.0.2", "fd00::2/64". */
#pragma once

#include "base/common.h"

#include <netinet/in.h>

typedef struct Address {
        uint8_t family; /* AF_INET or AF_INET6 */
        uint8_t prefix; /* the number of bits that name the network; all of them if none was given */
        bool has_prefix;
        union {
                struct in_addr in;
                struct in6_addr in6;
        };
} Address;

/* The longest address as text, "/128" and the NUL. */
#define ADDRESS_SIZE (INET6_ADDRSTRLEN + 4)

/* Reads an address of @family, of either family for AF_UNSPEC. False if @text is none; nothing is written then. */
bool address_parse(const char *text, int family, Address *ret_address);

/* The size of an address of @family in bytes. */
static inline uint8_t address_size(int family) {
        return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

/* Whether it is one of those that only the machine itself has: 127.0.0.0/8 and ::1. */
bool address_is_loopback(const Address *address);

/* Whether it stands for any address: 0.0.0.0 and ::. */
bool address_is_any(const Address *address);

/* Whether it is the one that "localhost" stands for: 127.0.0.1 and ::1. */
bool address_is_localhost(const Address *address);

/* Writes the address without its prefix length, in the one form that inet_ntop(3) gives it. Returns @ret_text. */
const char *address_format(const Address *address, char ret_text[static ADDRESS_SIZE]);
