/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "cli/configuration.h"
#include "cli/nix-build.h"

/* A text, and how Nix has it in its code. */
static const struct {
        const char *text, *quoted;
} strings[] = {
        {"", "\"\""},
        {"/etc/a b.nix", "\"/etc/a b.nix\""},
        {"/ä☃\t\n", "\"/ä☃\t\n\""},
        {"${builtins.abort \"x\"}", "\"\\${builtins.abort \\\"x\\\"}\""},
        {"$${x}", "\"\\$\\${x}\""},
        {"\\", "\"\\\\\""},
        {"\\${x}\"", "\"\\\\\\${x}\\\"\""},
        {"a\r\nb", "\"a\\r\nb\""},
};

static void any_text_is_one_string_of_nix(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
                assert_string_equal(nix_quote(&arena, strings[i].text), strings[i].quoted);
        arena_free(&arena);
}

static void a_configuration_imports_the_file_of_any_name(void **state) {
        Arena arena = ARENA_NULL;
        const char *text = configuration_text(&arena, "web", NULL, "/a${b}\".nix");

        (void)state;
        assert_non_null(strstr(text, "    (/. + \"/a\\${b}\\\".nix\")\n"));
        assert_non_null(strstr(text, "mkDefault \"web\";\n"));
        text = configuration_text(&arena, "web", "services.x = \"${y}\";", NULL);
        assert_non_null(strstr(text, "\nservices.x = \"${y}\";\n"));
        arena_free(&arena);
}

static void an_attribute_that_nix_cannot_be_told_is_refused(void **state) {
        const NixSource source = {.flake = ".#a\".b.\"c"};
        Arena arena = ARENA_NULL;
        const char *system = NULL;
        Capture capture = capture_start(stderr);
        int r = nix_build(&arena, &source, &system);
        char *said = capture_end(&capture);

        (void)state;
        assert_int_equal(r, -EINVAL);
        assert_mentions(said, "flake attribute", "'\"'", ".#a\".b.\"c");
        free(said);
        arena_free(&arena);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(any_text_is_one_string_of_nix),
                cmocka_unit_test(a_configuration_imports_the_file_of_any_name),
                cmocka_unit_test(an_attribute_that_nix_cannot_be_told_is_refused),
        };

        return cmocka_run_group_tests_name("nix-build", tests, NULL, NULL);
}
