/* SPDX-License-Identifier: MIT */
#include "systemd/nspawn-arguments.h"

#include "base/words.h"

const char *nspawn_value(char *const arguments[], const char *option) {
        const char *value = NULL;

        for (; *arguments; arguments++)
                if (text_behind(*arguments, option))
                        value = text_behind(*arguments, option);
        return value;
}

void nspawn_remove(char *arguments[], const char *option) {
        char **kept = arguments;

        for (; *arguments; arguments++)
                if (!text_behind(*arguments, option))
                        *kept++ = *arguments;
        *kept = NULL;
}

bool nspawn_users_are_shifted(const char *private_users) {
        return !is_one_of(private_users, "no", "identity", "0");
}

bool nspawn_shifts_users(char *const arguments[]) {
        const char *users = nspawn_value(arguments, "--private-users=");

        return users && nspawn_users_are_shifted(users);
}

NspawnParts nspawn_parts(Arena *arena, const char *value) {
        NspawnParts parts = {0};

        for (size_t i = 0; i < 3 && value; i++) {
                char *part = arena_copy(arena, value, strlen(value)), *end = part;

                parts.part[i] = part;
                for (; *value && (i == 2 || *value != ':'); value++) {
                        if (*value == '\\' && value[1])
                                value++;
                        *end++ = *value;
                }
                value = *value ? value + 1 : NULL;
                *end = '\0';
        }
        return parts;
}
