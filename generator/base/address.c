/* SPDX-License-Identifier: MIT */
#include "base/address.h"

#include <arpa/inet.h>

#include "base/number.h"

bool address_parse(const char *text, int family, Address *ret_address) {
        Address address = {0};
        const char *slash = strchr(text, '/');
        size_t length = slash ? (size_t)(slash - text) : strlen(text);
        char plain[INET6_ADDRSTRLEN];
        uint64_t prefix;

        if (family == AF_UNSPEC)
                family = memchr(text, ':', length) ? AF_INET6 : AF_INET;
        if (length >= sizeof(plain))
                return false;
        memcpy(plain, text, length);
        plain[length] = '\0';

        address.family = (uint8_t)family;
        address.prefix = (uint8_t)(8 * address_size(family));
        if (inet_pton(family, plain, &address.in6) != 1)
                return false;
        if (slash) {
                if (!number_parse(slash + 1, 0, address.prefix, &prefix))
                        return false;
                address.has_prefix = true;
                address.prefix = (uint8_t)prefix;
        }
        *ret_address = address;
        return true;
}

/* inet_ntop(3) goes through printf(3), which shows where there are thousands of addresses. */
static void format_ipv4(const struct in_addr *address, char *ret_text) {
        const uint8_t *bytes = (const uint8_t *)address;

        for (int i = 0; i < 4; i++) {
                if (bytes[i] >= 100)
                        *ret_text++ = (char)('0' + bytes[i] / 100);
                if (bytes[i] >= 10)
                        *ret_text++ = (char)('0' + bytes[i] / 10 % 10);
                *ret_text++ = (char)('0' + bytes[i] % 10);
                *ret_text++ = i < 3 ? '.' : '\0';
        }
}

const char *address_format(const Address *address, char ret_text[static ADDRESS_SIZE]) {
        if (address->family != AF_INET)
                return inet_ntop(address->family, &address->in6, ret_text, ADDRESS_SIZE);
        format_ipv4(&address->in, ret_text);
        return ret_text;
}

bool address_is_loopback(const Address *address) {
        return address->family == AF_INET ? ntohl(address->in.s_addr) >> 24 == IN_LOOPBACKNET
                                          : address->family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->in6);
}

bool address_is_any(const Address *address) {
        return address->family == AF_INET ? address->in.s_addr == INADDR_ANY
                                          : address->family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address->in6);
}

bool address_is_localhost(const Address *address) {
        return address->family == AF_INET ? address->in.s_addr == htonl(INADDR_LOOPBACK) : address_is_loopback(address);
}
