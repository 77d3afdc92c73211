/* SPDX-License-Identifier: MIT */
/* A buffer: text that grows. */
#pragma once

#include "base/common.h"

typedef struct Buffer {
        char *text; /* not terminated */
        size_t length;
        size_t capacity;
} Buffer;

#define BUFFER_NULL ((Buffer){0})

/* Makes room for @length more bytes. */
void buffer_reserve(Buffer *buffer, size_t length);

static inline void buffer_append(Buffer *buffer, const char *text, size_t length) {
        if (length == 0)
                return;
        if (!buffer->text || length > buffer->capacity - buffer->length)
                buffer_reserve(buffer, length);
        memcpy(buffer->text + buffer->length, text, length);
        buffer->length += length;
}

static inline void buffer_append_text(Buffer *buffer, const char *text) {
        buffer_append(buffer, text, strlen(text));
}

static inline bool buffer_equals(const Buffer *a, const Buffer *b) {
        return a->length == b->length && (a->length == 0 || memcmp(a->text, b->text, a->length) == 0);
}

/* Frees the memory. The buffer is then BUFFER_NULL. */
void buffer_free(Buffer *buffer);

/* A buffer that is freed at the end of its block. */
#define CLEANUP_BUFFER CLEANUP(buffer_free)
