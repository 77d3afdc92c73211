/* SPDX-License-Identifier: MIT */
/* Texts of lines, each of which ends with a newline; what stands behind the last newline is no line. */
#pragma once

#include "base/buffer.h"

/* The newline at which the line of @text ends that starts at @line, NULL if there is none any more. */
static inline const char *find_newline(const Buffer *text, const char *line) {
        const char *text_end = text->text + text->length;

        return line < text_end ? memchr(line, '\n', (size_t)(text_end - line)) : NULL;
}

/* Runs what follows for each line of the Buffer @buffer, from @line up to its newline at @end. */
#define for_each_line(line, end, buffer)                                                                               \
        for (const char *line = (buffer)->text, *end; (end = find_newline(buffer, line)); line = end + 1)

/* If the line from @line to @end starts with @prefix, gives what is behind it, otherwise NULL. */
static inline const char *line_behind(const char *line, const char *end, const char *prefix) {
        size_t length = strlen(prefix);

        return (size_t)(end - line) >= length && memcmp(line, prefix, length) == 0 ? line + length : NULL;
}

/* Whether @text has a line of the @length bytes at @wanted. */
static inline bool has_line(const Buffer *text, const char *wanted, size_t length) {
        for_each_line(line, end, text) {
                if ((size_t)(end - line) == length && memcmp(line, wanted, length) == 0)
                        return true;
        }
        return false;
}
