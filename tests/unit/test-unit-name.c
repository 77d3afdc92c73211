/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "systemd/unit-name.h"

static const struct {
        const char *text;
        bool valid;
} cases[] = {
        {"network-online.target", true},
        {"a.b.service", true},
        {"getty@tty1.service", true},
        {"dev-disk-by\\x2dlabel-x.device", true},
        {"a:b_c.mount", true},
        {"", false},
        {"web", false},
        {"service", false},
        {".service", false},
        {"web.", false},
        {"web.pwned", false},
        {"web.service ", false},
        {"a b.service", false},
        {"a/b.service", false},
        {"a\n.service", false},
        {"é.service", false},
        /* Templates are no units, and something stands before the instance. */
        {"getty@.service", false},
        {"@tty1.service", false},
};

static void a_unit_has_a_name_and_a_type_and_if_it_is_one_of_many_an_instance(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                if (unit_name_is_valid(cases[i].text) != cases[i].valid)
                        fail_msg("\"%s\"", cases[i].text);
}

static void a_name_is_no_longer_than_systemd_takes(void **state) {
        char text[257];

        (void)state;
        memset(text, 'a', sizeof(text));
        strcpy(text + 255 - strlen(".service"), ".service");
        assert_true(unit_name_is_valid(text));
        memset(text, 'a', sizeof(text));
        strcpy(text + 256 - strlen(".service"), ".service");
        assert_false(unit_name_is_valid(text));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_unit_has_a_name_and_a_type_and_if_it_is_one_of_many_an_instance),
                cmocka_unit_test(a_name_is_no_longer_than_systemd_takes),
        };

        return cmocka_run_group_tests_name("unit-name", tests, NULL, NULL);
}
