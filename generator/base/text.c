#include "base/text.h"

#include <stdbool.h>
#include <string.h>

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
