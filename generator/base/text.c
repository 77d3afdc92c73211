/* SPDX-License-Identifier: MIT */
#include "base/text.h"

uint32_t utf8_decode(const char *text, size_t length, size_t *ret_size) {
        const unsigned char *bytes = (const unsigned char *)text;
        size_t size = bytes[0] < 0xc0 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
        uint32_t character = size == 1 ? bytes[0] : bytes[0] & (0x7fu >> size);

        if (size > length)
                size = length;
        for (size_t i = 1; i < size; i++)
                character = character << 6 | (bytes[i] & 0x3f);
        *ret_size = size;
        return character;
}

size_t utf8_size(const char *text, size_t length) {
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        unsigned char first = length > 0 ? (unsigned char)text[0] : 0xff;
        size_t size = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
        uint32_t character;

        if (size == 0 || size > length)
                return 0;
        for (size_t i = 1; i < size; i++)
                if (((unsigned char)text[i] & 0xc0) != 0x80)
                        return 0;
        character = utf8_decode(text, size, &size);
        return character >= least[size] && character <= 0x10ffff && (character < 0xd800 || character > 0xdfff) ? size
                                                                                                               : 0;
}

size_t utf8_encode(uint32_t character, char ret_text[static 3]) {
        if (character < 0x80) {
                ret_text[0] = (char)character;
                return 1;
        }
        if (character < 0x800) {
                ret_text[0] = (char)(0xc0 | character >> 6);
                ret_text[1] = (char)(0x80 | (character & 0x3f));
                return 2;
        }
        ret_text[0] = (char)(0xe0 | (character >> 12 & 0xf));
        ret_text[1] = (char)(0x80 | (character >> 6 & 0x3f));
        ret_text[2] = (char)(0x80 | (character & 0x3f));
        return 3;
}

size_t utf8_cut(const char *text, size_t length, size_t most) {
        if (length <= most)
                return length;
        while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
                most--;
        return most;
}

void make_printable(char *text) {
        char *to = text;

        for (const char *from = text; *from; from++) {
                bool is_wide = utf8_is_control(from, 2);

                *to = *from;
                if (is_wide || (unsigned char)*from < ' ' || *from == 0x7f)
                        *to = '?';
                to++;
                from += is_wide;
        }
        *to = '\0';
}

const char *printable(Arena *arena, const char *text) {
        char *copy = arena_copy(arena, text, strlen(text));

        make_printable(copy);
        return copy;
}
