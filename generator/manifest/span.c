/* SPDX-License-Identifier: MIT */
#include "manifest/span.h"

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

int span_read(const Span *span, Window *window, Buffer *buffer) {
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
