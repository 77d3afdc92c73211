/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/text.h"

/* What acts on a terminal, or is a line of its own for YAML. */
static bool is_to_be_escaped(uint32_t character) {
        return character < ' ' || (character >= 0x7f && character < 0xa0) || character == 0x2028 || character == 0x2029;
}

static void append_string(Buffer *buffer, const char *text) {
        size_t length = strlen(text), size;

        buffer_append(buffer, "\"", 1);
        for (; length > 0; text += size, length -= size) {
                char escaped[7];
                uint32_t character;

                size = utf8_size(text, length);
                if (size == 0) {
                        size = 1;
                        buffer_append_text(buffer, "\xef\xbf\xbd");
                        continue;
                }
                character = utf8_decode(text, size, &size);
                if (is_to_be_escaped(character)) {
                        (void)snprintf(escaped, sizeof(escaped), "\\u%04x", character & 0xffff);
                        buffer_append(buffer, escaped, 6);
                        continue;
                }
                if (*text == '"' || *text == '\\')
                        buffer_append(buffer, "\\", 1);
                buffer_append(buffer, text, size);
        }
        buffer_append(buffer, "\"", 1);
}

static void begin_value(Json *json, const char *key) {
        if (json->follows)
                buffer_append_text(&json->text, json->line_break ? "," : ", ");
        if (json->line_break)
                buffer_append_text(&json->text, json->line_break);
        json->line_break = NULL;
        json->follows = true;
        if (key) {
                append_string(&json->text, key);
                buffer_append_text(&json->text, ": ");
        }
}

void json_open(Json *json, const char *key, char bracket) {
        begin_value(json, key);
        buffer_append(&json->text, &bracket, 1);
        json->follows = false;
}

void json_close(Json *json, char bracket) {
        if (json->line_break)
                buffer_append_text(&json->text, json->line_break);
        json->line_break = NULL;
        json->follows = true;
        buffer_append(&json->text, &bracket, 1);
}

void json_string(Json *json, const char *key, const char *text) {
        begin_value(json, key);
        if (text)
                append_string(&json->text, text);
        else
                buffer_append_text(&json->text, "null");
}

void json_number(Json *json, const char *key, uint64_t number) {
        char digits[21];

        (void)snprintf(digits, sizeof(digits), "%" PRIu64, number);
        json_value(json, key, digits);
}

void json_bool(Json *json, const char *key, bool value) {
        json_value(json, key, value ? "true" : "false");
}

void json_value(Json *json, const char *key, const char *value) {
        begin_value(json, key);
        buffer_append_text(&json->text, value ? value : "null");
}

void json_break(Json *json, const char *line_break) {
        json->line_break = line_break;
}

void json_free(Json *json) {
        buffer_free(&json->text);
        *json = JSON_NULL;
}

char *json_quote(Arena *arena, const char *text) {
        CLEANUP_BUFFER Buffer quoted = BUFFER_NULL;

        append_string(&quoted, text);
        return arena_copy(arena, quoted.text, quoted.length);
}

/* The character that the four digits of \uXXXX say; 0 if they do not. */
static uint32_t escaped_character(const char *digits, size_t length) {
        static const char hexadecimal[] = "0123456789abcdef";
        uint32_t character = 0;

        for (size_t i = 0; i < 4; i++) {
                const char *digit =
                        i < length && digits[i] ? strchr(hexadecimal, tolower((unsigned char)digits[i])) : NULL;

                if (!digit)
                        return 0;
                character = character << 4 | (uint32_t)(digit - hexadecimal);
        }
        return character < 0xd800 || character > 0xdfff ? character : 0;
}

char *json_unquote(Arena *arena, const char *text, size_t length) {
        char *plain, *end;

        if (length > 0 && text[0] == '"')
                text++, length--;
        if (length > 0 && text[length - 1] == '"')
                length--;
        plain = end = arena_copy(arena, text, length);
        for (size_t i = 0; i < length; i++) {
                uint32_t character = text[i] == '\\' && i + 1 < length && text[i + 1] == 'u'
                                             ? escaped_character(text + i + 2, length - i - 2)
                                             : 0;

                if (character > 0) {
                        end += utf8_encode(character, end);
                        i += 5;
                        continue;
                }
                if (text[i] == '\\' && i + 1 < length && (text[i + 1] == '"' || text[i + 1] == '\\'))
                        i++;
                *end++ = text[i];
        }
        *end = '\0';
        return plain;
}
