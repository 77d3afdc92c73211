/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/spelling.h"

typedef struct Case {
        const char *a, *b;
        bool apart;
} Case;

static const Case cases[] = {
        {"start", "start", true},
        {"start", "Start", true},
        {"strat", "start", true},
        {"sTrAt", "start", true},
        {"star", "start", true},
        {"tart", "start", true},
        {"startt", "start", true},
        {"stbrt", "start", true},
        {"stbrd", "start", false},
        {"sta", "start", false},
        {"starter", "start", false},
        {"trast", "start", false},
        {"", "a", true},
        {"", "", true},
        {"", "ab", false},
        {"a", "b", true},
        {"ab", "ba", true},
        {"abc", "cba", false},
        {"abc", "bad", false},
        {"abc", "cad", false},
};

static void one_edit_is_one_letter_replaced_left_out_added_or_exchanged(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                if (one_edit_apart(cases[i].a, cases[i].b) != cases[i].apart)
                        fail_msg("%s, %s", cases[i].a, cases[i].b);
                if (one_edit_apart(cases[i].b, cases[i].a) != cases[i].apart)
                        fail_msg("%s, %s", cases[i].b, cases[i].a);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_edit_is_one_letter_replaced_left_out_added_or_exchanged),
        };

        return cmocka_run_group_tests_name("spelling", tests, NULL, NULL);
}
