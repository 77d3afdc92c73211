/* SPDX-License-Identifier: MIT */
/* MAC addresses of container links: those that systemd-nspawn assigns, which stay the same across restarts. */
#pragma once

#include "base/common.h"

/* The host's identity: /etc/machine-id, see machine-id(5). */
typedef struct MachineId {
        uint8_t bytes[16];
} MachineId;

/* "02:00:00:00:00:01" and its NUL. */
#define MAC_ADDRESS_SIZE 18

typedef enum MacAddressUse {
        MAC_ADDRESS_HOST,
        MAC_ADDRESS_CONTAINER,
        MAC_ADDRESS_EXTRA_HOST,
        MAC_ADDRESS_EXTRA_CONTAINER,
} MacAddressUse;

/* Parses a machine ID of 32 hexadecimal digits, with or without a newline after them. Returns false if it is invalid. */
bool machine_id_parse(const char *text, MachineId *ret_id);

/* Whether @text is six pairs of hexadecimal digits separated by colons, and an address that one interface can have: neither a group address
 * nor all zeros. */
bool mac_address_is_valid(const char *text);

/* Writes the address that systemd-nspawn on the host @machine assigns to one end of a link of the container @name. @index counts the extra
 * links of a container, from 0. */
void mac_address_derive(const MachineId *machine, const char *name, MacAddressUse use, uint64_t index,
        char ret_address[static MAC_ADDRESS_SIZE]);
