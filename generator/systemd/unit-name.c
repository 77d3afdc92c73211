/* SPDX-License-Identifier: MIT */
#include "systemd/unit-name.h"

#include "base/words.h"

#define UNIT_NAME_MAX 255

bool unit_name_is_valid(const char *text) {
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
        const char *dot = strrchr(text, '.'), *at = strchr(text, '@');

        return dot && dot != text && text[0] != '@' && (!at || at + 1 < dot) &&
               is_one_of(dot + 1, "service", "socket", "target", "device", "mount", "automount", "swap", "timer",
                       "path", "slice", "scope") &&
               strspn(text, allowed) == strlen(text) && strlen(text) <= UNIT_NAME_MAX;
}

const char *container_unit(Arena *arena, const char *name) {
        return arena_join(arena, "container@", arena_join(arena, name, ".service"));
}
