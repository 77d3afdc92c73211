/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "systemd/time-span.h"

#define SECOND UINT64_C(1000000)

static void spans_are_as_long_as_systemd_takes_them(void **state) {
        static const struct {
                const char *text;
                uint64_t usec;
        } spans[] = {
                {"0", 0},
                {"90", 90 * SECOND},
                {"1.5", 1500000},
                {"1min 30s", 90 * SECOND},
                {"1min30", 90 * SECOND},
                {"1.5h", 5400 * SECOND},
                {"0.25min", 15 * SECOND},
                {"7us", 7},
                {"7\302\265s", 7},
                {" 2 weeks ", 1209600 * SECOND},
                {"1day12hours", 129600 * SECOND},
                {"1M", UINT64_C(2629800) * SECOND},
                {"1.0000000000000000009s", SECOND},
                {"584542y", UINT64_C(584542) * 31557600 * SECOND},
                {"infinity", TIME_SPAN_INFINITE},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
                uint64_t usec = 1;

                assert_true(time_span_parse(spans[i].text, &usec));
                assert_int_equal(usec, spans[i].usec);
        }
}

static void what_is_no_span_gives_none(void **state) {
        static const char *const texts[] = {
                "", " ", "-1", "1 fortnight", "min", "5.", "1,5s", "infinite", "584543y", "584542y 1y", "584542.9y"};

        (void)state;
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                uint64_t usec = 1;

                assert_false(time_span_parse(texts[i], &usec));
                assert_int_equal(usec, 1);
        }
}

static void grace_is_as_long_again_up_to_two_minutes(void **state) {
        (void)state;
        assert_int_equal(time_span_with_grace(3 * SECOND), 6 * SECOND);
        assert_int_equal(time_span_with_grace(600 * SECOND), 720 * SECOND);
        assert_true(time_span_with_grace(TIME_SPAN_INFINITE) == TIME_SPAN_INFINITE);
        assert_true(time_span_with_grace(TIME_SPAN_INFINITE - SECOND) == TIME_SPAN_INFINITE);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(spans_are_as_long_as_systemd_takes_them),
                cmocka_unit_test(what_is_no_span_gives_none),
                cmocka_unit_test(grace_is_as_long_again_up_to_two_minutes),
        };

        return cmocka_run_group_tests_name("time-span", tests, NULL, NULL);
}
