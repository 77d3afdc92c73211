/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <sys/mman.h>

#include "base/memory.h"

/* The first is small enough that a run with one container stays small, each other is larger by a quarter than the one before: the kernel is
 * rarely asked, and little is left over in the end. */
#define CHUNK_SIZE ((size_t)64 * 1024)
#define CHUNK_SIZE_MAX ((size_t)1024 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

struct ArenaChunk {
        ArenaChunk *previous;
        size_t size;
        _Alignas(max_align_t) char memory[];
};

/* A chunk is filled from its start to its end: the kernel is asked for all its pages at once, which is much cheaper than a
 * page fault for each. */
static ArenaChunk *map_chunk(size_t size) {
        /* cppcheck-suppress invalidFunctionArg ; there is no file */
        ArenaChunk *chunk = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

        if (chunk == MAP_FAILED)
                memory_fail();
        return chunk;
}

/* The size of a chunk that has room for @least bytes. */
static size_t next_chunk_size(const Arena *arena, size_t least) {
        size_t size = arena->chunks ? arena->chunks->size + arena->chunks->size / 4 : CHUNK_SIZE;

        size = size < CHUNK_SIZE_MAX ? size : CHUNK_SIZE_MAX;
        return size - sizeof(ArenaChunk) >= least ? size : sizeof(ArenaChunk) + least;
}

/* Gives @size bytes at an address that is a multiple of @alignment; their content is undefined. */
static void *take_bytes(Arena *arena, size_t size, size_t alignment) {
        size_t padding = -(uintptr_t)arena->next & (alignment - 1);
        char *taken;

        if (!arena->next || padding + size > arena->left) {
                size_t chunk_size = next_chunk_size(arena, size);
                ArenaChunk *chunk = map_chunk(chunk_size);

                chunk->previous = arena->chunks;
                chunk->size = chunk_size;
                arena->chunks = chunk;
                arena->next = chunk->memory;
                arena->left = chunk_size - sizeof(ArenaChunk);
                arena->is_reused = false;
                padding = 0;
        }

        taken = arena->next + padding;
        arena->next += padding + size;
        arena->left -= padding + size;
        return taken;
}

void *arena_alloc(Arena *arena, size_t size) {
        void *memory = take_bytes(arena, size, ALIGNMENT);

        return arena->is_reused ? memset(memory, 0, size) : memory;
}

char *arena_copy(Arena *arena, const char *text, size_t length) {
        char *copy = take_bytes(arena, length + 1, 1);

        memcpy(copy, text, length);
        copy[length] = '\0';
        return copy;
}

char *arena_join(Arena *arena, const char *a, const char *b) {
        size_t length_a = strlen(a), length_b = strlen(b);
        char *joined = take_bytes(arena, length_a + length_b + 1, 1);

        memcpy(joined, a, length_a);
        memcpy(joined + length_a, b, length_b + 1);
        return joined;
}

char *arena_number(Arena *arena, uint32_t number) {
        char digits[10], *end = digits + sizeof(digits), *first = end;

        do
                *--first = (char)('0' + number % 10);
        while ((number /= 10) > 0);
        return arena_copy(arena, first, (size_t)(end - first));
}

char *arena_printf(Arena *arena, const char *format, ...) {
        va_list arguments, again;
        int length;
        char *text;

        va_start(arguments, format);
        va_copy(again, arguments);
        length = vsnprintf(NULL, 0, format, arguments);
        va_end(arguments);

        text = take_bytes(arena, (size_t)length + 1, 1);
        vsnprintf(text, (size_t)length + 1, format, again);
        va_end(again);
        return text;
}

/* Frees the chunks that are newer than @keep. */
static void free_chunks(Arena *arena, const ArenaChunk *keep) {
        while (arena->chunks != keep) {
                ArenaChunk *previous = arena->chunks->previous;

                munmap(arena->chunks, arena->chunks->size);
                arena->chunks = previous;
        }
}

void arena_reset(Arena *arena) {
        ArenaChunk *oldest = arena->chunks;

        if (!oldest)
                return;
        while (oldest->previous)
                oldest = oldest->previous;
        free_chunks(arena, oldest);
        arena->next = oldest->memory;
        arena->left = oldest->size - sizeof(ArenaChunk);
        arena->is_reused = true;
}

void arena_free(Arena *arena) {
        free_chunks(arena, NULL);
        *arena = ARENA_NULL;
}
