/* SPDX-License-Identifier: MIT */
#include "systemd/mac-address.h"

#include <ctype.h>
#include <endian.h>

#include "base/siphash.h"

/* systemd, src/nspawn/nspawn-network.c: HOST_HASH_KEY, CONTAINER_HASH_KEY, VETH_EXTRA_HOST_HASH_KEY,
 * VETH_EXTRA_CONTAINER_HASH_KEY */
static const uint8_t keys[][16] = {
        [MAC_ADDRESS_HOST] = {0x1a, 0x37, 0x6f, 0xc7, 0x46, 0xec, 0x45, 0x0b, 0xad, 0xa3, 0xd5, 0x31, 0x06, 0x60, 0x5d,
                0xb1},
        [MAC_ADDRESS_CONTAINER] = {0xc3, 0xc4, 0xf9, 0x19, 0xb5, 0x57, 0xb2, 0x1c, 0xe6, 0xcf, 0x14, 0x27, 0x03, 0x9c,
                0xee, 0xa2},
        [MAC_ADDRESS_EXTRA_HOST] = {0x48, 0xc7, 0xf6, 0xb7, 0xea, 0x9d, 0x4c, 0x9e, 0xb7, 0x28, 0xd4, 0xde, 0x91, 0xd5,
                0xbf, 0x66},
        [MAC_ADDRESS_EXTRA_CONTAINER] = {0xaf, 0x50, 0x17, 0x61, 0xce, 0xf9, 0x4d, 0x35, 0x84, 0x0d, 0x2b, 0x20, 0x54,
                0xbe, 0xce, 0x59},
};

static int hexadecimal(char digit) {
        if (!isxdigit((unsigned char)digit))
                return -1;
        return isdigit((unsigned char)digit) ? digit - '0' : tolower((unsigned char)digit) - 'a' + 10;
}

bool machine_id_parse(const char *text, MachineId *ret_id) {
        MachineId id;

        for (size_t i = 0; i < sizeof(id.bytes); i++) {
                int high = hexadecimal(text[2 * i]);
                int low = high < 0 ? -1 : hexadecimal(text[2 * i + 1]);

                if (low < 0)
                        return false;
                id.bytes[i] = (uint8_t)(high << 4 | low);
        }
        if (text[32] != '\0' && text[32] != '\n')
                return false;
        *ret_id = id;
        return true;
}

bool mac_address_is_valid(const char *text) {
        if (strlen(text) != MAC_ADDRESS_SIZE - 1)
                return false;
        for (size_t i = 0; i < MAC_ADDRESS_SIZE - 1; i++)
                if (i % 3 == 2 ? text[i] != ':' : hexadecimal(text[i]) < 0)
                        return false;
        return hexadecimal(text[1]) % 2 == 0 && strcmp(text, "00:00:00:00:00:00") != 0;
}

void mac_address_derive(const MachineId *machine, const char *name, MacAddressUse use, uint64_t index,
        char ret_address[static MAC_ADDRESS_SIZE]) {
        static const char digits[] = "0123456789abcdef";
        uint8_t data[sizeof(*machine) + 64 + sizeof(index)], mac[8];
        size_t length = strnlen(name, 64), size = sizeof(*machine) + length;
        uint64_t hash;

        memcpy(data, machine, sizeof(*machine));
        memcpy(data + sizeof(*machine), name, length);
        if (index > 0) {
                index = htole64(index);
                memcpy(data + size, &index, sizeof(index));
                size += sizeof(index);
        }
        hash = htole64(siphash24(data, size, keys[use]));
        memcpy(mac, &hash, sizeof(mac));

        /* Neither a multicast address nor one that a manufacturer has given. */
        mac[0] = (uint8_t)((mac[0] & 0xfe) | 0x02);
        for (size_t i = 0; i < 6; i++) {
                ret_address[3 * i] = digits[mac[i] >> 4];
                ret_address[3 * i + 1] = digits[mac[i] & 15];
                ret_address[3 * i + 2] = i < 5 ? ':' : '\0';
        }
}
