#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "capture.h"
#include "diagnostic.h"

static void a_diagnostic_says_where_it_is_about_what(void **state) {
        static const struct {
                Mark mark;
                const char *option, *text;
        } cases[] = {
                {{12, 17}, "containers.web.system", "a.yaml:12:17: containers.web.system: 5 is wrong"},
                {{12, 17}, NULL, "a.yaml:12:17: 5 is wrong"},
                {{0, 0}, "containers.web", "a.yaml: containers.web: 5 is wrong"},
                {{0, 0}, NULL, "a.yaml: 5 is wrong"},
        };
        Arena arena = ARENA_NULL;
        Diagnostics diagnostics;
        const Diagnostic *d;

        (void)state;
        diagnostics_init(&diagnostics, &arena);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                diagnose(&diagnostics, SEVERITY_ERROR, &arena, "a.yaml", &cases[i].mark, cases[i].option, "%i is wrong",
                        5);
        diagnose(&diagnostics, SEVERITY_WARNING, NULL, "a.yaml", NULL, NULL, "%s", "%s");

        d = diagnostics.first;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++, d = d->next) {
                assert_string_equal(d->text, cases[i].text);
                assert_ptr_equal(d->subject, &arena);
                assert_int_equal(d->severity, SEVERITY_ERROR);
        }
        assert_string_equal(d->text, "a.yaml: %s");
        assert_null(d->next);
        assert_int_equal(diagnostics.errors, 4);
        assert_int_equal(diagnostics.warnings, 1);
        arena_free(&arena);
}

static void a_message_of_any_length_is_cut_and_not_lost(void **state) {
        Arena arena = ARENA_NULL;
        Diagnostics diagnostics;

        (void)state;
        diagnostics_init(&diagnostics, &arena);
        diagnose(&diagnostics, SEVERITY_ERROR, NULL, "a.yaml", NULL, NULL, "%0100000i", 1);
        assert_int_equal(strncmp(diagnostics.first->text, "a.yaml: 000", 11), 0);
        assert_true(strlen(diagnostics.first->text) > 1000);
        arena_free(&arena);
}

static void all_are_logged_and_warnings_say_so(void **state) {
        Arena arena = ARENA_NULL;
        Diagnostics diagnostics;
        Capture capture;
        char *logged;

        (void)state;
        diagnostics_init(&diagnostics, &arena);
        diagnose(&diagnostics, SEVERITY_ERROR, NULL, "a.yaml", NULL, NULL, "wrong %%s\n\x1b");
        diagnose(&diagnostics, SEVERITY_WARNING, NULL, "b.yaml", NULL, NULL, "odd");
        capture = capture_start(stderr);
        diagnostics_log(&diagnostics);
        logged = capture_end(&capture);
        /* Nothing can act on a terminal or look like another line. */
        assert_string_equal(logged, "a.yaml: wrong %s??\nb.yaml: odd (warning)\n");
        free(logged);
        arena_free(&arena);
}

static void a_flood_is_cut_and_counted(void **state) {
        Arena arena = ARENA_NULL;
        Diagnostics diagnostics;
        Capture capture;
        size_t lines = 0;
        char *logged;

        (void)state;
        diagnostics_init(&diagnostics, &arena);
        for (unsigned i = 0; i < DIAGNOSTICS_MAX + 42; i++)
                diagnose(&diagnostics, i % 2 ? SEVERITY_WARNING : SEVERITY_ERROR, NULL, "a.yaml", NULL, NULL, "%u", i);
        assert_int_equal(diagnostics.errors + diagnostics.warnings, DIAGNOSTICS_MAX + 42);
        capture = capture_start(stderr);
        diagnostics_log(&diagnostics);
        logged = capture_end(&capture);
        for (const char *c = logged; *c; c++)
                lines += *c == '\n';
        assert_int_equal(lines, DIAGNOSTICS_MAX + 1);
        assert_non_null(strstr(logged, "a.yaml: 999 (warning)\n… and 42 more.\n"));
        free(logged);
        arena_free(&arena);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_diagnostic_says_where_it_is_about_what),
                cmocka_unit_test(a_message_of_any_length_is_cut_and_not_lost),
                cmocka_unit_test(all_are_logged_and_warnings_say_so),
                cmocka_unit_test(a_flood_is_cut_and_counted),
        };

        return cmocka_run_group_tests_name("diagnostic", tests, NULL, NULL);
}
