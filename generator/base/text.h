/* SPDX-License-Identifier: MIT */
/* Text from elsewhere: UTF-8, RFC 3629, and making it printable. */
#pragma once

#include "base/arena.h"

/* Decodes the first character of the @length bytes at @text, which are valid UTF-8. Writes its size in bytes. */
uint32_t utf8_decode(const char *text, size_t length, size_t *ret_size);

/* Returns the size of the first character of the @length bytes at @text; 0 if it is not valid UTF-8. */
size_t utf8_size(const char *text, size_t length);

/* Writes @character, of at most 16 bits, to @ret_text. Returns its size in bytes, at most 3. */
size_t utf8_encode(uint32_t character, char ret_text[static 3]);

/* Whether the @length bytes at @text start with a control character outside ASCII, U+0080 to U+009F: a terminal may treat U+009B as ESC
 * [. */
static inline int utf8_is_control(const char *text, size_t length) {
        const unsigned char *bytes = (const unsigned char *)text;

        return length >= 2 && bytes[0] == 0xc2 && bytes[1] >= 0x80 && bytes[1] < 0xa0;
}

/* Whether @character is a Unicode noncharacter, reserved for ever: systemd refuses lines with these. */
static inline int utf8_is_noncharacter(uint32_t character) {
        return (character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
}

/* Returns the largest number of the @length bytes at @text, at most @most, that does not end inside a character. */
size_t utf8_cut(const char *text, size_t length, size_t most);

/* Replaces each control character of @text with '?', so that it can neither act on a terminal nor look like another line. */
void make_printable(char *text);

/* Returns @text with these replacements. Owned by @arena. */
const char *printable(Arena *arena, const char *text);
