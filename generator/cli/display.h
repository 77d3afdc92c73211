/* SPDX-License-Identifier: MIT */
/* Display: formatting output for people. */
#pragma once

#include "base/arena.h"

/* Whether @stream is a terminal that shows colours, and the user has not disabled them. https://no-color.org */
bool wants_colour(FILE *stream);

/* Formats @seconds in its two largest units, "2d 5h"; below an hour, only in the largest. Owned by @arena. */
const char *format_duration(Arena *arena, uint64_t seconds);
