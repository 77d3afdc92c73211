/* SPDX-License-Identifier: MIT */
#include "state/paths.h"

const char *container_unit(Arena *arena, const char *name) {
        return arena_printf(arena, "container@%s.service", name);
}
