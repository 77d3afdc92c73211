/* SPDX-License-Identifier: MIT */
#include "systemd/interface-name.h"

#include "base/siphash.h"
#include "base/words.h"

/* systemd, src/nspawn/nspawn-network.c, SHORTEN_IFNAME_HASH_KEY */
static const uint8_t shorten_key[16] = {
        0xe1, 0x90, 0xa4, 0x04, 0xa8, 0xef, 0x4b, 0x51, 0x8c, 0xcc, 0xc3, 0x3a, 0x9f, 0x11, 0xfc, 0xa2};

bool interface_name_is_valid(const char *name) {
        static const char digits[] = "0123456789";
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+=@~";
        size_t length = strspn(name, allowed);

        return length > 0 && length < IFNAMSIZ && name[length] == '\0' && name[strspn(name, digits)] != '\0' &&
               !is_one_of(name, ".", "..") && name[0] != '-';
}

bool interface_name_shorten(const char *prefix, const char *name, char ret_name[static IFNAMSIZ]) {
        static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char full[128];
        size_t prefix_length = strlen(prefix), length = prefix_length + strlen(name);
        uint64_t hash;

        if (length < IFNAMSIZ) {
                memcpy(ret_name, prefix, prefix_length);
                memcpy(ret_name + prefix_length, name, length - prefix_length + 1);
                return false;
        }
        /* The names of containers and interfaces are much shorter. */
        snprintf(full, sizeof(full), "%s%s", prefix, name);
        hash = siphash24(full, strlen(full), shorten_key);
        memcpy(ret_name, full, IFNAMSIZ - 5);
        for (int i = 0; i < 4; i++)
                ret_name[IFNAMSIZ - 5 + i] = base64[hash >> (18 - 6 * i) & 63];
        ret_name[IFNAMSIZ - 1] = '\0';
        return true;
}
