/* SPDX-License-Identifier: MIT */
/* Text as lines, each ended by a newline; what follows the last newline is not a line. */
#pragma once

#include "base/buffer.h"

/* Returns the newline that ends the line of @text starting at @line, or NULL if no lines are left. */
static inline const char *find_newline(const Buffer *text, const char *line) {
        const char *text_end = text->text + text->length;

        return line < text_end ? memchr(line, '\n', (size_t)(text_end - line)) : NULL;
}

/* Runs the following statement for each line of the Buffer @buffer, from @line up to its newline at @end. */
#define for_each_line(line, end, buffer)                                                                               \
        for (const char *line = (buffer)->text, *end; (end = find_newline(buffer, line)); line = end + 1)

/* Returns what follows @prefix in the line from @line to @end, or NULL if the line does not start with @prefix. */
static inline const char *line_behind(const char *line, const char *end, const char *prefix) {
        size_t length = strlen(prefix);

        return (size_t)(end - line) >= length && memcmp(line, prefix, length) == 0 ? line + length : NULL;
}

/* Whether @text has a line that equals the @length bytes at @wanted. */
static inline bool has_line(const Buffer *text, const char *wanted, size_t length) {
        for_each_line(line, end, text) {
                if ((size_t)(end - line) == length && memcmp(line, wanted, length) == 0)
                        return true;
        }
        return false;
}
