/* SPDX-License-Identifier: MIT */
#include "cli/display.h"

#include <inttypes.h>

bool wants_colour(FILE *stream) {
        const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

        return isatty(fileno(stream)) && !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0);
}

const char *format_duration(Arena *arena, uint64_t seconds) {
        if (seconds < 60)
                return arena_printf(arena, "%" PRIu64 "s", seconds);
        if (seconds < 3600)
                return arena_printf(arena, "%" PRIu64 "min", seconds / 60);
        if (seconds < 86400)
                return arena_printf(arena, "%" PRIu64 "h %" PRIu64 "min", seconds / 3600, seconds / 60 % 60);
        return arena_printf(arena, "%" PRIu64 "d %" PRIu64 "h", seconds / 86400, seconds / 3600 % 24);
}
