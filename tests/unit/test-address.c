/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/address.h"

static const struct {
        const char *text;
        int family;
        const char *shown; /* NULL: not an address of the family */
        uint8_t prefix;
        bool has_prefix;
} cases[] = {
        {"10.0.0.2", AF_INET, "10.0.0.2", 32, false},
        {"10.0.0.2", AF_UNSPEC, "10.0.0.2", 32, false},
        {"10.0.0.2/24", AF_INET, "10.0.0.2", 24, true},
        {"10.0.0.2/32", AF_INET, "10.0.0.2", 32, true},
        {"0.0.0.0/0", AF_INET, "0.0.0.0", 0, true},
        {"255.255.255.255", AF_INET, "255.255.255.255", 32, false},
        {"fd00::2", AF_INET6, "fd00::2", 128, false},
        {"fd00::2", AF_UNSPEC, "fd00::2", 128, false},
        {"FD00:0:0::0002/64", AF_INET6, "fd00::2", 64, true},
        {"::/0", AF_INET6, "::", 0, true},
        {"::ffff:10.0.0.1", AF_INET6, "::ffff:10.0.0.1", 128, false},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", AF_INET6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128, true},
        /* The other family's. */
        {"10.0.0.2", AF_INET6, NULL, 0, false},
        {"fd00::2", AF_INET, NULL, 0, false},
        /* Not numbers as they are written today; inet_aton(3) would take some. */
        {"10.0.0", AF_INET, NULL, 0, false},
        {"10.0.0.256", AF_INET, NULL, 0, false},
        {"10.0.0.01", AF_INET, NULL, 0, false},
        {"0x0a.0.0.1", AF_INET, NULL, 0, false},
        {"167772161", AF_INET, NULL, 0, false},
        {" 10.0.0.1", AF_INET, NULL, 0, false},
        {"10.0.0.1 ", AF_INET, NULL, 0, false},
        {"10.0.0.1\n", AF_INET, NULL, 0, false},
        {"", AF_INET, NULL, 0, false},
        {"", AF_INET6, NULL, 0, false},
        {"", AF_UNSPEC, NULL, 0, false},
        {"localhost", AF_UNSPEC, NULL, 0, false},
        {":", AF_INET6, NULL, 0, false},
        {":::", AF_INET6, NULL, 0, false},
        {"fe80::1%eth0", AF_INET6, NULL, 0, false},
        {"[fd00::2]", AF_INET6, NULL, 0, false},
        /* Prefix lengths. */
        {"10.0.0.2/33", AF_INET, NULL, 0, false},
        {"10.0.0.2/", AF_INET, NULL, 0, false},
        {"10.0.0.2/024", AF_INET, NULL, 0, false},
        {"10.0.0.2/-1", AF_INET, NULL, 0, false},
        {"10.0.0.2/255.255.255.0", AF_INET, NULL, 0, false},
        {"10.0.0.2/24/24", AF_INET, NULL, 0, false},
        {"10.0.0.2/4294967320", AF_INET, NULL, 0, false},
        {"/24", AF_INET, NULL, 0, false},
        {"fd00::2/129", AF_INET6, NULL, 0, false},
        {"fd00::2/+64", AF_INET6, NULL, 0, false},
        /* Longer than any address. */
        {"0000000000000000000000000000000000000000000000000000000000000000::1", AF_INET6, NULL, 0, false},
};

static void only_addresses_of_the_family_are_read(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Address address = {.prefix = 42}, before = address;
                char shown[ADDRESS_SIZE];

                if (address_parse(cases[i].text, cases[i].family, &address) != (cases[i].shown != NULL))
                        fail_msg("\"%s\" is taken wrongly", cases[i].text);
                if (!cases[i].shown) {
                        assert_memory_equal(&address, &before, sizeof(address));
                        continue;
                }
                assert_string_equal(address_format(&address, shown), cases[i].shown);
                assert_int_equal(address.prefix, cases[i].prefix);
                assert_int_equal(address.has_prefix, cases[i].has_prefix);
                assert_int_equal(address.family, strchr(cases[i].shown, ':') ? AF_INET6 : AF_INET);
        }
}

static void sizes_are_those_of_the_families(void **state) {
        (void)state;
        assert_int_equal(address_size(AF_INET), 4);
        assert_int_equal(address_size(AF_INET6), 16);
}

static const struct {
        const char *text; /* NULL: none */
        bool loopback, localhost, any;
} special[] = {
        {"127.0.0.1", true, true, false},
        {"127.255.0.0", true, false, false},
        {"126.0.0.1", false, false, false},
        {"0.0.0.0", false, false, true},
        {"0.0.0.1", false, false, false},
        {"::1", true, true, false},
        {"::", false, false, true},
        {"::2", false, false, false},
        {"::1:0:1", false, false, false},
        {"::1:0:0", false, false, false},
        {"0:0:1::1", false, false, false},
        {"0:0:1::", false, false, false},
        {"fd00::1", false, false, false},
        {"fd00::", false, false, false},
        {NULL, false, false, false},
};

static void what_is_the_machines_own_and_what_stands_for_any_is_known(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
                Address address = {0};

                if (special[i].text)
                        assert_true(address_parse(special[i].text, AF_UNSPEC, &address));
                if (address_is_loopback(&address) != special[i].loopback ||
                        address_is_localhost(&address) != special[i].localhost ||
                        address_is_any(&address) != special[i].any)
                        fail_msg("%s", special[i].text);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_addresses_of_the_family_are_read),
                cmocka_unit_test(sizes_are_those_of_the_families),
                cmocka_unit_test(what_is_the_machines_own_and_what_stands_for_any_is_known),
        };

        return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
