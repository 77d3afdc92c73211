/* SPDX-License-Identifier: MIT */
#include "manifest/entry.h"

#include "base/lines.h"

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

/* If @text starts with the @length bytes at @start, takes them from it. */
static bool take(const char **text, const char *end, const char *start, size_t length) {
        if ((size_t)(end - *text) < length || memcmp(*text, start, length) != 0)
                return false;
        *text += length;
        return true;
}

bool entry_is_recorded(const Container *container, const Buffer *entry, const Buffer *manifest) {
        static const char version[] = "version: 1\ncontainers:\n \"", name_end[] = "\":\n";
        const char *text = manifest->text, *end = text + manifest->length;
        const char *name = container->name.text;

        if (entry->length == 0)
                return false;
        for_each_line(line, line_end, manifest) {
                if (*line != '#')
                        break;
                text = line_end + 1;
        }
        if (!take(&text, end, version, sizeof(version) - 1) || !take(&text, end, name, strlen(name)) ||
                !take(&text, end, name_end, sizeof(name_end) - 1))
                return false;
        for (size_t column = entry_column(container, entry); column > 0; column--)
                if (!take(&text, end, " ", 1))
                        return false;
        return take(&text, end, entry->text, entry->length) && take(&text, end, "\n", 1) && text == end;
}
