/* SPDX-License-Identifier: MIT */
#include "manifest/entry.h"

/* The least that is read at once. */
#define WINDOW_SIZE ((size_t)32 * 1024)

static int move_window(Window *window, const Span *span) {
        size_t length = span->end - span->start;

        length = length > WINDOW_SIZE ? length : WINDOW_SIZE;
        *window = (Window){.fd = span->fd, .start = span->start, .text = window->text};
        window->text.length = 0;
        buffer_reserve(&window->text, length);
        while (window->text.length < length) {
                ssize_t n = pread(span->fd, window->text.text + window->text.length, length - window->text.length,
                        (off_t)(span->start + window->text.length));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return negative_errno();
                if (n == 0)
                        break;
                window->text.length += (size_t)n;
        }
        return window->text.length < span->end - span->start ? -ENODATA : 0;
}

/* Appends what stands at @span to @buffer, through @window. */
static int read_span(const Span *span, Window *window, Buffer *buffer) {
        if (window->fd != span->fd || span->start < window->start || span->end > window->start + window->text.length) {
                int r = move_window(window, span);

                if (r < 0) {
                        window->fd = -1;
                        return r;
                }
        }
        buffer_append(buffer, window->text.text + (span->start - window->start), span->end - span->start);
        return 0;
}

/* For systemd a carriage return ends a line, as it does in YAML. */
static void replace_carriage_returns(Buffer *text) {
        const char *from = text->text, *end = text->text + text->length;
        char *to = text->text;

        if (text->length == 0 || !memchr(from, '\r', text->length))
                return;
        for (; from < end; from++)
                if (*from != '\r')
                        *to++ = *from;
                else if (from + 1 == end || from[1] != '\n')
                        *to++ = '\n';
        text->length = (size_t)(to - text->text);
}

/* Takes empty lines from the end, but no blank from a line that has anything else: they may belong to a value. */
static void trim_empty_lines(Buffer *text) {
        size_t length = text->length;

        while (length > 0 && strchr(" \n", text->text[length - 1]))
                if (text->text[--length] == '\n')
                        text->length = length;
}

int entry_read(const Container *container, Window *window, Buffer *entry) {
        int r;

        entry->length = 0;
        r = read_span(&container->entry, window, entry);
        if (r < 0)
                return r;
        replace_carriage_returns(entry);
        trim_empty_lines(entry);
        return 0;
}

size_t entry_column(const Container *container, const Buffer *entry) {
        return entry->length > 0 && entry->text[0] == '{' ? 2 : container->entry.column;
}
