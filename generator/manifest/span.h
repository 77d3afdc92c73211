/* SPDX-License-Identifier: MIT */
/* Spans: what stands somewhere in a file, to be read when it is needed. */
#pragma once

#include "base/buffer.h"

/* Where in a file something stands, in bytes. */
typedef struct Span {
        int fd;
        size_t start, end;
        size_t column; /* how many blanks to put in front, so that what stands there can be read by itself */
} Span;

/* A part of a file that was read at once. */
typedef struct Window {
        int fd;
        size_t start;
        Buffer text;
} Window;

#define WINDOW_NULL ((Window){.fd = -1})

/* Appends what stands at @span to @buffer, through @window, which is faster the nearer the spans stand together. Free its text
 * with buffer_free(). Fails if it cannot be read. */
MUST_CHECK int span_read(const Span *span, Window *window, Buffer *buffer);
