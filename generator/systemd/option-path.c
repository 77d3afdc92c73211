/* SPDX-License-Identifier: MIT */
#include "systemd/option-path.h"

#include "systemd/escape.h"

const char *option_path_part(Arena *arena, const char *name) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
        static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789'-";

        if (name[0] != '\0' && strchr(letters, name[0]) && name[strspn(name, all)] == '\0' && strlen(name) <= 100)
                return name;
        return escape_message(arena, name, strlen(name));
}

const char *option_path(Arena *arena, const char *container, const char *option) {
        return arena_printf(arena, "containers.%s%s%s", option_path_part(arena, container), option ? "." : "",
                option ? option : "");
}
