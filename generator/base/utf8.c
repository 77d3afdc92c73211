#include "base/utf8.h"

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
