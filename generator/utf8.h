/* UTF-8, RFC 3629. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Decodes the character at @text, which is valid UTF-8 and goes on for @length bytes. Writes its size in bytes. */
uint32_t utf8_decode(const char *text, size_t length, size_t *ret_size);

/* Whether @character is one that Unicode has set aside for ever ("noncharacters"): systemd refuses lines with them. */
static inline int utf8_is_noncharacter(uint32_t character) {
        return (character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
}
