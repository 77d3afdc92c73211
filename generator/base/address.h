/* SPDX-License-Identifier: MIT */
/* IPv4 and IPv6 addresses with an optional prefix length: "10.0.0.2", "fd00::2/64". */
#pragma once

#include "base/common.h"

#include <netinet/in.h>

typedef struct Address {
        uint8_t family; /* AF_INET or AF_INET6 */
        uint8_t prefix; /* length of the network prefix in bits; the full length if none was specified */
        bool has_prefix;
        union {
                struct in_addr in;
                struct in6_addr in6;
        };
} Address;

/* Size of the longest address as text, including "/128" and the NUL. */
#define ADDRESS_SIZE (INET6_ADDRSTRLEN + 4)

/* Parses an address of @family (AF_UNSPEC: of either family). Returns false and writes nothing if @text is not one. */
bool address_parse(const char *text, int family, Address *ret_address);

/* Returns the size of an address of @family in bytes. */
static inline uint8_t address_size(int family) {
        return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

/* Whether @address is a loopback address: 127.0.0.0/8 or ::1. */
bool address_is_loopback(const Address *address);

/* Whether @address stands for any address: 0.0.0.0 or ::. */
bool address_is_any(const Address *address);

/* Whether @address is what "localhost" stands for: 127.0.0.1 or ::1. */
bool address_is_localhost(const Address *address);

/* Formats the address as inet_ntop(3) does, without its prefix length. Returns @ret_text. */
const char *address_format(const Address *address, char ret_text[static ADDRESS_SIZE]);
