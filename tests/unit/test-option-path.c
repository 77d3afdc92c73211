/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "systemd/option-path.h"

static const struct {
        const char *name, *part;
} parts[] = {
        {"web", "web"},
        {"_a'b-C9", "_a'b-C9"},
        {"", "\"\""},
        {"9", "\"9\""},
        {"-a", "\"-a\""},
        {"a.b", "\"a.b\""},
        {"/var/log", "\"/var/log\""},
        {"a b", "\"a b\""},
        {"a\"b", "\"a\\\"b\""},
        {"a\nb", "\"a\\nb\""},
        {"ä", "\"ä\""},
};

static void parts_are_quoted_where_nix_demands_it(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
                assert_string_equal(option_path_part(&arena, parts[i].name), parts[i].part);
        arena_free(&arena);
}

static void paths_start_with_the_container(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        assert_string_equal(option_path(&arena, "web", "autoStart"), "containers.web.autoStart");
        assert_string_equal(option_path(&arena, "web", NULL), "containers.web");
        assert_string_equal(option_path(&arena, "a.b", "bindMounts.\"/a\".hostPath"),
                "containers.\"a.b\".bindMounts.\"/a\".hostPath");
        arena_free(&arena);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(parts_are_quoted_where_nix_demands_it),
                cmocka_unit_test(paths_start_with_the_container),
        };

        return cmocka_run_group_tests_name("option-path", tests, NULL, NULL);
}
