/* SPDX-License-Identifier: MIT */
/* Durations as people read them. */
#pragma once

#include "base/arena.h"

/* The two largest units of @seconds, "2d 5h"; below an hour the largest alone. Owned by @arena. */
const char *format_duration(Arena *arena, uint64_t seconds);
