/* SPDX-License-Identifier: MIT */
/* Display: how things are shown to people. */
#pragma once

#include "base/arena.h"

/* Whether @stream is a terminal that shows colours, and nobody has asked for none. https://no-color.org */
bool wants_colour(FILE *stream);

/* The two largest units of @seconds, "2d 5h"; below an hour the largest alone. Owned by @arena. */
const char *format_duration(Arena *arena, uint64_t seconds);
