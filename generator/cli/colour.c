/* SPDX-License-Identifier: MIT */
#include "cli/colour.h"

bool wants_colour(FILE *stream) {
        const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

        return isatty(fileno(stream)) && !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0);
}
