/* SPDX-License-Identifier: MIT */
#include "base/siphash.h"

#include <endian.h>

typedef struct State {
        uint64_t v0, v1, v2, v3;
} State;

static uint64_t rotate(uint64_t value, unsigned bits) {
        return (value << bits) | (value >> (64 - bits));
}

static void rounds(State *s, unsigned n) {
        while (n-- > 0) {
                s->v0 += s->v1;
                s->v2 += s->v3;
                s->v1 = rotate(s->v1, 13) ^ s->v0;
                s->v3 = rotate(s->v3, 16) ^ s->v2;
                s->v0 = rotate(s->v0, 32) + s->v3;
                s->v2 += s->v1;
                s->v3 = rotate(s->v3, 21) ^ s->v0;
                s->v1 = rotate(s->v1, 17) ^ s->v2;
                s->v2 = rotate(s->v2, 32);
        }
}

static void absorb(State *s, uint64_t word) {
        s->v3 ^= word;
        rounds(s, 2);
        s->v0 ^= word;
}

static uint64_t load(const uint8_t *bytes) {
        uint64_t word;

        memcpy(&word, bytes, sizeof(word));
        return le64toh(word);
}

uint64_t siphash24(const void *data, size_t size, const uint8_t key[static 16]) {
        const uint8_t *bytes = data;
        uint64_t k0 = load(key), k1 = load(key + 8), last = (uint64_t)size << 56;
        State s = {
                .v0 = k0 ^ 0x736f6d6570736575,
                .v1 = k1 ^ 0x646f72616e646f6d,
                .v2 = k0 ^ 0x6c7967656e657261,
                .v3 = k1 ^ 0x7465646279746573,
        };

        for (; size >= 8; size -= 8, bytes += 8)
                absorb(&s, load(bytes));
        for (size_t i = 0; i < size; i++)
                last |= (uint64_t)bytes[i] << (8 * i);
        absorb(&s, last);

        s.v2 ^= 0xff;
        rounds(&s, 4);
        return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
