/* SPDX-License-Identifier: MIT */
#include "systemd/escape.h"

#include <ctype.h>

#include "base/text.h"

static bool is_control(char c) {
        return (unsigned char)c < ' ' || c == 0x7f;
}

void escape_quoted(Buffer *buffer, const char *text, size_t length) {
        size_t start = 0;

        for (size_t i = 0; i < length; i++) {
                char escaped[5];
                int n;

                if (text[i] == '%')
                        n = snprintf(escaped, sizeof(escaped), "%%%%");
                else if (text[i] == '"' || text[i] == '\\')
                        n = snprintf(escaped, sizeof(escaped), "\\%c", text[i]);
                else if (is_control(text[i]))
                        n = snprintf(escaped, sizeof(escaped), "\\x%02x", (unsigned char)text[i]);
                else
                        continue;
                buffer_append(buffer, text + start, i - start);
                buffer_append(buffer, escaped, (size_t)n);
                start = i + 1;
        }
        buffer_append(buffer, text + start, length - start);
}

void escape_bare(Buffer *buffer, const char *text, size_t length) {
        for (size_t i = 0; i < length; i++) {
                if (text[i] == '%')
                        buffer_append(buffer, "%", 1);
                buffer_append(buffer, is_control(text[i]) ? "?" : &text[i], 1);
        }
}

static bool is_unit_name_character(char c) {
        return isalnum((unsigned char)c) || c == ':' || c == '_' || c == '.';
}

static char *append_hexadecimal(char *end, char c) {
        return end + sprintf(end, "\\x%02x", (unsigned char)c);
}

char *escape_unit_instance(Arena *arena, const char *text) {
        char *escaped = arena_alloc(arena, 4 * strlen(text) + 1), *end = escaped;

        for (; *text; text++)
                if (is_unit_name_character(*text) || *text == '-' || *text == '@')
                        *end++ = *text;
                else
                        end = append_hexadecimal(end, *text);
        return escaped;
}

/* Appends a character of UTF-8 to what ends at *@end, one that cannot be shown as its number. Returns its size. */
static size_t append_character(char **end, const char *text, size_t length) {
        size_t size;
        uint32_t character = utf8_decode(text, length, &size);

        if (size == 1 && character >= 0x80) {
                *end = append_hexadecimal(*end, *text);
        } else if (utf8_is_control(text, size) || utf8_is_noncharacter(character)) {
                *end += sprintf(*end, character > 0xffff ? "\\U%08x" : "\\u%04x", character);
        } else {
                memcpy(*end, text, size);
                *end += size;
        }
        return size;
}

char *escape_message(Arena *arena, const char *text, size_t length) {
        static const size_t most = 100;
        size_t shown = utf8_cut(text, length, most);
        char *escaped, *end;

        end = escaped = arena_alloc(arena, 4 * shown + sizeof("\"…\""));
        *end++ = '"';
        for (size_t i = 0; i < shown; i++) {
                if (text[i] == '"' || text[i] == '\\')
                        end += sprintf(end, "\\%c", text[i]);
                else if (text[i] == '\n' || text[i] == '\t')
                        end += sprintf(end, text[i] == '\n' ? "\\n" : "\\t");
                else if (is_control(text[i]))
                        end = append_hexadecimal(end, text[i]);
                else
                        i += append_character(&end, text + i, shown - i) - 1;
        }
        memcpy(end, shown < length ? "…\"" : "\"", shown < length ? sizeof("…\"") : sizeof("\""));
        return escaped;
}

const char *escape_bind_path(Arena *arena, const char *path) {
        char *escaped, *end;

        if (!strpbrk(path, ":\\"))
                return path;
        end = escaped = arena_alloc(arena, 2 * strlen(path) + 1);
        for (; *path; path++) {
                if (*path == ':' || *path == '\\')
                        *end++ = '\\';
                *end++ = *path;
        }
        return escaped;
}
