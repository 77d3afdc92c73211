/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/number.h"

#define UNCHANGED 12345

typedef struct Case {
        const char *text;
        uint64_t least, most;
        bool is_number;
        uint64_t number;
} Case;

static const Case cases[] = {
        {"0", 0, 9, true, 0},
        {"7", 0, 9, true, 7},
        {"9", 9, 9, true, 9},
        {"10", 0, 9, false, 0},
        {"8", 9, 10, false, 0},
        {"65535", 1, 65535, true, 65535},
        {"65536", 1, 65535, false, 0},
        {"4294967295", 0, UINT32_MAX, true, UINT32_MAX},
        {"4294967296", 0, UINT32_MAX, false, 0},
        {"18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", 0, UINT64_MAX, false, 0},
        {"18446744073709551620", 0, UINT64_MAX, false, 0},
        {"184467440737095516150", 0, UINT64_MAX, false, 0},
        /* 2^64 and 1: what is left when it overflows. */
        {"18446744073709551617", 0, 9, false, 0},
        {"", 0, 9, false, 0},
        {"00", 0, 9, false, 0},
        {"01", 0, 9, false, 0},
        {"+1", 0, 9, false, 0},
        {"-1", 0, UINT64_MAX, false, 0},
        {" 1", 0, 9, false, 0},
        {"1 ", 0, 9, false, 0},
        {"1\n", 0, 9, false, 0},
        {"1k", 0, 9, false, 0},
        {"0x1", 0, 9, false, 0},
        {"1.5", 0, 9, false, 0},
        {"\xd9\xa1", 0, 9, false, 0}, /* an Arabic 1 */
        {"/", 0, 9, false, 0},        /* what stands before the digits, and behind them */
        {":", 0, 9, false, 0},
};

static void a_number_is_digits_alone_within_its_limits(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                const Case *c = &cases[i];
                uint64_t number = UNCHANGED;

                if (number_parse(c->text, c->least, c->most, &number) != c->is_number ||
                        number != (c->is_number ? c->number : UNCHANGED))
                        fail_msg("\"%s\": %ju", c->text, (uintmax_t)number);
        }
}

static void digits_in_front_are_counted_with_their_zeros(void **state) {
        uint64_t number = UNCHANGED;

        (void)state;
        assert_int_equal(number_scan("5min", UINT64_MAX, &number), 1);
        assert_int_equal(number, 5);
        assert_int_equal(number_scan("0005", 9, &number), 4);
        assert_int_equal(number, 5);
        assert_int_equal(number_scan("18446744073709551615", UINT64_MAX, &number), 20);
        assert_true(number == UINT64_MAX);
}

static void what_is_no_number_or_too_large_has_no_digits(void **state) {
        uint64_t number = UNCHANGED;

        (void)state;
        assert_int_equal(number_scan("min", UINT64_MAX, &number), 0);
        assert_int_equal(number_scan("", UINT64_MAX, &number), 0);
        assert_int_equal(number_scan("-5", UINT64_MAX, &number), 0);
        assert_int_equal(number_scan("10s", 9, &number), 0);
        assert_int_equal(number_scan("18446744073709551616", UINT64_MAX, &number), 0);
        assert_int_equal(number, UNCHANGED);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_number_is_digits_alone_within_its_limits),
                cmocka_unit_test(digits_in_front_are_counted_with_their_zeros),
                cmocka_unit_test(what_is_no_number_or_too_large_has_no_digits),
        };

        return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
