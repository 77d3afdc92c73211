/* SPDX-License-Identifier: MIT */
#include "manifest/entry.h"

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
        r = span_read(&container->entry, window, entry);
        if (r < 0)
                return r;
        replace_carriage_returns(entry);
        trim_empty_lines(entry);
        return 0;
}

size_t entry_column(const Container *container, const Buffer *entry) {
        return entry->length > 0 && entry->text[0] == '{' ? 2 : container->entry.column;
}
