/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/host.h"
#include "reading.h"

static void free_networks_are_those_that_nobody_has(void **state) {
        Host host = {0};
        Reading reading;

        (void)state;
        reading_init(&reading);
        host.arena = ARENA_NULL;
        reading_add(&reading, "a.yaml",
                "version: 1\ncontainers:\n"
                "  a: { system: /s, privateNetwork: true, hostAddress: 10.233.1.1 }\n"
                "  b: { system: /s, privateNetwork: true, localAddress: 10.233.2.77/24 }\n"
                "  c: { system: /s, extraVeths: { x: { localAddress: 10.233.3.2 } } }\n"
                "  d: { system: /s, privateNetwork: true, localAddress: 10.234.4.2 }\n"
                "  e: { system: /s, privateNetwork: true, localAddress: 10.233.5.2 }\n");
        host.manifest = reading.manifest;
        assert_int_equal(host_free_network(&host), 4);
        arena_free(&host.arena);
        reading_free(&reading);
}

static void when_all_networks_are_taken_none_is_free(void **state) {
        Host host = {.arena = ARENA_NULL};
        const char *text = "version: 1\ncontainers:\n";
        Reading reading;

        (void)state;
        reading_init(&reading);
        for (unsigned i = 1; i < 255; i++)
                text = arena_printf(&reading.arena,
                        "%s  c%u: { system: /s, privateNetwork: true, localAddress: 10.233.%u.2 }\n", text, i, i);
        reading_add(&reading, "a.yaml", text);
        host.manifest = reading.manifest;
        assert_int_equal(host_free_network(&host), 0);
        arena_free(&host.arena);
        reading_free(&reading);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(free_networks_are_those_that_nobody_has),
                cmocka_unit_test(when_all_networks_are_taken_none_is_free),
        };

        return cmocka_run_group_tests_name("free-network", tests, NULL, NULL);
}
