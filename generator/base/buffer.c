/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include "base/memory.h"

void buffer_reserve(Buffer *buffer, size_t length) {
        size_t capacity = buffer->capacity ? buffer->capacity : 4096;

        while (capacity - buffer->length < length)
                capacity *= 2;
        buffer->text = reallocate(buffer->text, capacity);
        buffer->capacity = capacity;
}

void buffer_free(Buffer *buffer) {
        free(buffer->text);
        *buffer = BUFFER_NULL;
}
