/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "capture.h"
#include "manifest/diagnostic.h"

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
                diagnose(&diagnostics, SEVERITY_ERROR, "web", "a.yaml", &cases[i].mark, cases[i].option, "%i is wrong",
                        5);
        diagnose(&diagnostics, SEVERITY_WARNING, NULL, "a.yaml", NULL, NULL, "%s", "%s");

        d = diagnostics.first;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++, d = d->next) {
                assert_string_equal(d->text, cases[i].text);
                assert_int_equal(d->severity, SEVERITY_ERROR);
        }
        assert_string_equal(d->text, "a.yaml: %s");
        assert_null(d->next);
        assert_int_equal(diagnostics.errors, 4);
        assert_int_equal(diagnostics.warnings, 1);
        diagnostics_free(&diagnostics);
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
        diagnostics_free(&diagnostics);
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
        diagnostics_log(&diagnostics, SEVERITY_WARNING, 2);
        logged = capture_end(&capture);
        /* Nothing can act on a terminal or look like another line. */
        assert_string_equal(logged, "a.yaml: wrong %s??\nb.yaml: odd (warning)\n");
        free(logged);
        diagnostics_free(&diagnostics);
        arena_free(&arena);
}

static void errors_are_found_by_what_they_are_about(void **state) {
        Arena arena = ARENA_NULL;
        Diagnostics diagnostics;
        const Errors *errors;

        (void)state;
        diagnostics_init(&diagnostics, &arena);
        assert_null(diagnostics_errors(&diagnostics, "web", NULL));
        diagnose(&diagnostics, SEVERITY_WARNING, "web", "a.yaml", NULL, NULL, "odd");
        assert_null(diagnostics_errors(&diagnostics, "web", NULL));
        diagnose(&diagnostics, SEVERITY_ERROR, "web", "a.yaml", NULL, NULL, "one");
        diagnose(&diagnostics, SEVERITY_ERROR, NULL, "a.yaml", NULL, NULL, "two");
        diagnose(&diagnostics, SEVERITY_ERROR, "db", "a.yaml", NULL, NULL, "three");
        diagnose(&diagnostics, SEVERITY_ERROR, "web", "b.yaml", NULL, NULL, "four");

        errors = diagnostics_errors(&diagnostics, "web", NULL);
        assert_int_equal(errors->length, 2);
        assert_string_equal(errors->first->text, "a.yaml: one");
        assert_string_equal(errors->first->next_of_same->text, "b.yaml: four");
        assert_null(errors->first->next_of_same->next_of_same);
        errors = diagnostics_errors(&diagnostics, NULL, "a.yaml");
        assert_int_equal(errors->length, 1);
        assert_string_equal(errors->first->text, "a.yaml: two");
        assert_null(diagnostics_errors(&diagnostics, NULL, "b.yaml"));
        diagnostics_free(&diagnostics);
        arena_free(&arena);
}

/* What diagnostics_log() says of those from @least on; free(3) it. */
static char *logged_from(Severity least, const Diagnostics *diagnostics) {
        Capture capture = capture_start(stderr);

        diagnostics_log(diagnostics, least, DIAGNOSTICS_LOGGED_MAX);
        return capture_end(&capture);
}

static size_t lines_of(const char *text) {
        size_t lines = 0;

        for (; *text; text++)
                lines += *text == '\n';
        return lines;
}

/* systemd reads no unit with a part of one in it. */
static void a_message_is_not_cut_within_a_character(void **state) {
        (void)state;
        for (size_t before = 0; before < 8; before++) {
                CLEANUP_ARENA Arena arena = ARENA_NULL;
                char text[4096] = "";
                Diagnostics diagnostics;
                const char *said;
                size_t length;

                memset(text, 'x', before);
                for (size_t i = before; i + 3 < sizeof(text); i += 3)
                        memcpy(text + i, "\xe2\x98\x83", 3);
                diagnostics_init(&diagnostics, &arena);
                diagnose(&diagnostics, SEVERITY_ERROR, NULL, "f", NULL, NULL, "%s", text);
                said = diagnostics.first->text;
                length = strlen(said);
                assert_true(length > 2000 && length < 2060);
                assert_string_equal(said + length - strlen(" …"), " …");
                for (size_t i = strlen("f: "), size; i < length; i += size) {
                        size = utf8_size(said + i, length - i);
                        assert_int_not_equal(size, 0);
                }
                diagnostics_free(&diagnostics);
        }
}

static void a_flood_is_cut_and_counted(void **state) {
        Arena arena = ARENA_NULL;
        Diagnostics diagnostics;
        char *logged;

        (void)state;
        diagnostics_init(&diagnostics, &arena);
        for (unsigned i = 0; i < DIAGNOSTICS_MAX + 42; i++)
                diagnose(&diagnostics, i % 2 ? SEVERITY_WARNING : SEVERITY_ERROR, NULL, "a.yaml", NULL, NULL, "%u", i);
        assert_int_equal(diagnostics.errors + diagnostics.warnings, DIAGNOSTICS_MAX + 42);
        assert_int_equal(diagnostics_errors(&diagnostics, NULL, "a.yaml")->length, DIAGNOSTICS_MAX / 2 + 21);
        assert_int_equal(diagnostics_errors(&diagnostics, NULL, "a.yaml")->kept, DIAGNOSTICS_MAX / 2);
        logged = logged_from(SEVERITY_WARNING, &diagnostics);
        assert_int_equal(lines_of(logged), DIAGNOSTICS_MAX + 1);
        assert_non_null(strstr(logged, "a.yaml: 999 (warning)\n… and 42 more.\n"));
        free(logged);
        logged = logged_from(SEVERITY_ERROR, &diagnostics);
        assert_int_equal(lines_of(logged), DIAGNOSTICS_MAX / 2 + 1);
        assert_non_null(strstr(logged, "a.yaml: 998\n… and 21 more.\n"));
        free(logged);
        diagnostics_free(&diagnostics);
        arena_free(&arena);
}

static void a_flood_hides_no_other_container_and_no_other_file(void **state) {
        Arena arena = ARENA_NULL;
        Diagnostics diagnostics;
        char *logged;

        (void)state;
        diagnostics_init(&diagnostics, &arena);
        for (unsigned i = 0; i < DIAGNOSTICS_MAX + 200; i++)
                diagnose(&diagnostics, SEVERITY_ERROR, "a", "a.yaml", NULL, NULL, "%u", i);
        assert_false(diagnostics_keep_error(&diagnostics, "a", "a.yaml"));
        assert_true(diagnostics_keep_error(&diagnostics, "b", "a.yaml"));
        assert_true(diagnostics_keep_error(&diagnostics, NULL, "a.yaml"));
        for (unsigned i = 0; i < 3; i++) {
                diagnose(&diagnostics, SEVERITY_WARNING, "b", "a.yaml", NULL, NULL, "odd");
                diagnose(&diagnostics, SEVERITY_ERROR, "b", "a.yaml", NULL, NULL, "b %u", i);
                diagnose(&diagnostics, SEVERITY_ERROR, NULL, "a.yaml", NULL, NULL, "file %u", i);
        }
        assert_false(diagnostics_keep_error(&diagnostics, "b", "a.yaml"));
        assert_int_equal(diagnostics_errors(&diagnostics, "b", NULL)->length, 3);
        assert_int_equal(diagnostics_errors(&diagnostics, "b", NULL)->kept, 1);
        logged = logged_from(SEVERITY_WARNING, &diagnostics);
        assert_non_null(strstr(logged, "a.yaml: 999\na.yaml: b 0\na.yaml: file 0\n… and 207 more.\n"));
        assert_int_equal(lines_of(logged), DIAGNOSTICS_MAX + 3);
        free(logged);
        diagnostics_free(&diagnostics);
        arena_free(&arena);
}

static void of_very_many_containers_only_some_are_logged(void **state) {
        Arena arena = ARENA_NULL;
        Diagnostics diagnostics;
        char *logged;

        (void)state;
        diagnostics_init(&diagnostics, &arena);
        for (uint32_t i = 0; i < DIAGNOSTICS_LOGGED_MAX + 7; i++)
                diagnose(&diagnostics, SEVERITY_ERROR, arena_number(&arena, i), "a.yaml", NULL, NULL, "%u", i);
        logged = logged_from(SEVERITY_WARNING, &diagnostics);
        assert_int_equal(lines_of(logged), DIAGNOSTICS_LOGGED_MAX + 1);
        assert_non_null(strstr(logged, "a.yaml: 1999\n… and 7 more.\n"));
        free(logged);
        /* Their units have them all the same. */
        assert_string_equal(diagnostics_errors(&diagnostics, "2006", NULL)->first->text, "a.yaml: 2006");
        diagnostics_free(&diagnostics);
        arena_free(&arena);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_diagnostic_says_where_it_is_about_what),
                cmocka_unit_test(a_message_of_any_length_is_cut_and_not_lost),
                cmocka_unit_test(all_are_logged_and_warnings_say_so),
                cmocka_unit_test(errors_are_found_by_what_they_are_about),
                cmocka_unit_test(a_message_is_not_cut_within_a_character),
                cmocka_unit_test(a_flood_is_cut_and_counted),
                cmocka_unit_test(a_flood_hides_no_other_container_and_no_other_file),
                cmocka_unit_test(of_very_many_containers_only_some_are_logged),
        };

        return cmocka_run_group_tests_name("diagnostic", tests, NULL, NULL);
}
