/* SPDX-License-Identifier: MIT */
#include "systemd/unit-name.h"

#define UNIT_NAME_MAX 255

static bool is_type(const char *suffix) {
        static const char *const types[] = {"service", "socket", "target", "device", "mount", "automount", "swap",
                "timer", "path", "slice", "scope"};

        for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
                if (strcmp(suffix, types[i]) == 0)
                        return true;
        return false;
}

bool unit_name_is_valid(const char *text) {
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
        const char *dot = strrchr(text, '.'), *at = strchr(text, '@');

        return dot && dot != text && text[0] != '@' && (!at || at + 1 < dot) && is_type(dot + 1) &&
               strspn(text, allowed) == strlen(text) && strlen(text) <= UNIT_NAME_MAX;
}
