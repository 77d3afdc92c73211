/* SPDX-License-Identifier: MIT */
/* Text of others: UTF-8, RFC 3629, and what of it can be shown. */
#pragma once

#include "base/arena.h"

/* Decodes the character at @text, which is valid UTF-8 and goes on for @length bytes. Writes its size in bytes. */
uint32_t utf8_decode(const char *text, size_t length, size_t *ret_size);

/* The size of the character at @text, which goes on for @length bytes; 0 if that is no valid UTF-8. */
size_t utf8_size(const char *text, size_t length);

/* Writes @character, of at most 16 bits, to @ret_text. Returns its size in bytes, at most 3. */
size_t utf8_encode(uint32_t character, char ret_text[static 3]);

/* Whether the @length bytes at @text start with a control character behind ASCII, U+0080 to U+009F: a terminal may act on U+009B as
 * on ESC [. */
static inline int utf8_is_control(const char *text, size_t length) {
        const unsigned char *bytes = (const unsigned char *)text;

        return length >= 2 && bytes[0] == 0xc2 && bytes[1] >= 0x80 && bytes[1] < 0xa0;
}

/* Whether @character is one that Unicode has set aside for ever ("noncharacters"): systemd refuses lines with them. */
static inline int utf8_is_noncharacter(uint32_t character) {
        return (character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
}

/* The most of the @length bytes at @text, but not more than @most, that do not end inside of a character. */
size_t utf8_cut(const char *text, size_t length, size_t most);

/* Puts a '?' in the place of each control character of @text, so that it can neither act on a terminal nor look like another line. */
void make_printable(char *text);

/* Gives @text with that done. Owned by @arena. */
const char *printable(Arena *arena, const char *text);
