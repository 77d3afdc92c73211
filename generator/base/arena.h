/* SPDX-License-Identifier: MIT */
/* An arena: memory that is allocated in small pieces and freed all at once. */
#pragma once

#include "base/common.h"

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
        ArenaChunk *chunks;
        char *next;
        size_t left;
        bool is_reused; /* what is left may not be zeroed */
} Arena;

#define ARENA_NULL ((Arena){0})

/* Allocates @size bytes of zeroed memory aligned for any type, owned by @arena. Never returns NULL: when memory is exhausted, the program
 * reports it and exits, as nothing has been written by then. */
void *arena_alloc(Arena *arena, size_t size);

/* Copies the @length bytes at @text and adds a terminating NUL. Owned by @arena. */
char *arena_copy(Arena *arena, const char *text, size_t length);

/* Joins two strings. Owned by @arena. Much faster than printf(3). */
char *arena_join(Arena *arena, const char *a, const char *b);

/* Formats @number in decimal digits. Owned by @arena. */
char *arena_number(Arena *arena, uint32_t number);

/* Formats like printf(3). Owned by @arena. */
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Discards everything allocated from @arena, but keeps memory for further allocations. */
void arena_reset(Arena *arena);

/* Frees all memory of @arena, which is then ARENA_NULL. */
void arena_free(Arena *arena);

/* An arena that is freed at the end of its block. */
#define CLEANUP_ARENA CLEANUP(arena_free)
