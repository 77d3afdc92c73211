/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/display.h"

static void a_duration_has_its_two_largest_units(void **state) {
        static const struct {
                uint64_t seconds;
                const char *text;
        } cases[] = {
                {0, "0s"},
                {59, "59s"},
                {60, "1min"},
                {3599, "59min"},
                {3600, "1h 0min"},
                {86399, "23h 59min"},
                {86400, "1d 0h"},
                {9 * 86400 + 3 * 3600 + 59, "9d 3h"},
                {UINT64_MAX, "213503982334601d 7h"},
        };
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                assert_string_equal(format_duration(&arena, cases[i].seconds), cases[i].text);
        arena_free(&arena);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_duration_has_its_two_largest_units),
        };

        return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
