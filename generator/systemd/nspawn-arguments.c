/* SPDX-License-Identifier: MIT */
#include "systemd/nspawn-arguments.h"

const char *nspawn_value_of(const char *argument, const char *option) {
        size_t length = strlen(option);

        return strncmp(argument, option, length) == 0 ? argument + length : NULL;
}

const char *nspawn_value(char *const arguments[], const char *option) {
        const char *value = NULL;

        for (; *arguments; arguments++)
                if (nspawn_value_of(*arguments, option))
                        value = nspawn_value_of(*arguments, option);
        return value;
}

void nspawn_remove(char *arguments[], const char *option) {
        char **kept = arguments;

        for (; *arguments; arguments++)
                if (!nspawn_value_of(*arguments, option))
                        *kept++ = *arguments;
        *kept = NULL;
}

bool nspawn_shifts_users(char *const arguments[]) {
        const char *users = nspawn_value(arguments, "--private-users=");

        return users && strcmp(users, "no") != 0 && strcmp(users, "identity") != 0 && strcmp(users, "0") != 0;
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
