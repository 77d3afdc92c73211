/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "systemd/interface-name.h"

#define N64 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

static const char *const valid[] = {"a", "eth0", "br-lan.7", "fifteen-letters", "0a", "a=b+c@d~e_", "...", "=", "lo"};

static const char *const invalid[] = {"", "sixteen-letters-", ".", "..", "0", "42", "-a", "a b", "a/b", "a:b", "a%b",
        "a\nb", "a\"", "a$", "a;", "ä", "a,b", "a*"};

static const struct {
        const char *prefix, *name, *shortened;
} names[] = {
        /* What systemd-nspawn is known to make of them. */
        {"ve-", "really-long-name", "ve-really-l3QgY"},
        {"ve-", "really-long-long-name-2", "ve-really-lFYWO"},
        /* The hash is one of the whole, prefix and all. */
        {"vb-", "really-long-name", "vb-really-lE9s9"},
        {"ve-", "thirteen-char", "ve-thirteenvixq"},
        {"ve-", N64, "ve-nnnnnnnnWdaM"},
        {"vb-", N64 "+fifteen-letters", "vb-nnnnnnnnhrcY"},
};

static void names_that_everybody_understands_are_valid(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
                if (!interface_name_is_valid(valid[i]))
                        fail_msg("\"%s\" is not valid", valid[i]);
}

static void names_that_somebody_may_misunderstand_are_not_valid(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
                if (interface_name_is_valid(invalid[i]))
                        fail_msg("\"%s\" is valid", invalid[i]);
}

static void names_of_more_than_15_characters_are_shortened_as_systemd_nspawn_does(void **state) {
        char shortened[IFNAMSIZ];

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                assert_true(interface_name_shorten(names[i].prefix, names[i].name, shortened));
                assert_string_equal(shortened, names[i].shortened);
        }
}

static void a_name_of_15_characters_stays_as_it_is(void **state) {
        char shortened[IFNAMSIZ];

        (void)state;
        assert_false(interface_name_shorten("ve-", "twelve-chars", shortened));
        assert_string_equal(shortened, "ve-twelve-chars");
        assert_false(interface_name_shorten("ve-", "a", shortened));
        assert_string_equal(shortened, "ve-a");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_that_everybody_understands_are_valid),
                cmocka_unit_test(names_that_somebody_may_misunderstand_are_not_valid),
                cmocka_unit_test(names_of_more_than_15_characters_are_shortened_as_systemd_nspawn_does),
                cmocka_unit_test(a_name_of_15_characters_stays_as_it_is),
        };

        return cmocka_run_group_tests_name("interface-name", tests, NULL, NULL);
}
