/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/siphash.h"

/* From the authors' own reference implementation, vectors.h: the key is 00 01 … 0f, a message 00 01 … of each length. */
static const struct {
        size_t length;
        uint64_t hash;
} vectors[] = {
        {0, 0x726fdb47dd0e0e31},
        {1, 0x74f839c593dc67fd},
        {2, 0x0d6c8009d9a94f5a},
        {7, 0xab0200f58b01d137},
        {8, 0x93f5f5799a932462},
        {9, 0x9e0082df0ba9e4b0},
        {15, 0xa129ca6149be45e5},
        {16, 0x3f2acc7f57c29bdb},
        {31, 0x32d892fad841c342},
        {32, 0x7127512f72f27cce},
        {62, 0xe51b38608ef25f57},
        {63, 0x958a324ceb064572},
};

static void hashes_are_those_of_the_reference_implementation(void **state) {
        uint8_t key[16], message[64];

        (void)state;
        for (uint8_t i = 0; i < sizeof(message); i++)
                message[i] = i;
        for (uint8_t i = 0; i < sizeof(key); i++)
                key[i] = i;
        for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
                assert_int_equal(siphash24(message, vectors[i].length, key), vectors[i].hash);
}

static void a_message_need_not_be_aligned(void **state) {
        uint8_t key[17], message[18];

        (void)state;
        for (uint8_t i = 0; i < 16; i++)
                key[i + 1] = i;
        for (uint8_t i = 0; i < 16; i++)
                message[i + 1] = i;
        assert_int_equal(siphash24(message + 1, 16, key + 1), 0x3f2acc7f57c29bdb);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(hashes_are_those_of_the_reference_implementation),
                cmocka_unit_test(a_message_need_not_be_aligned),
        };

        return cmocka_run_group_tests_name("siphash", tests, NULL, NULL);
}
