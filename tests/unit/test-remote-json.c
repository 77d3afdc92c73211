/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "cli/remote-json.h"

static Buffer buffer_of(const char *text) {
        return (Buffer){.text = (char *)text, .length = strlen(text)};
}

static void objects_get_their_host_and_are_otherwise_unchanged(void **state) {
        static const char text[] =
                "[\n  {\"name\": \"a\\\"\\u009bé\", \"n\": null, \"list\": [1, true, \"true\", {}, []]},\n  {}\n]\n";
        CLEANUP_JSON Json json = JSON_NULL;
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        Buffer buffer = buffer_of(text);

        (void)state;
        json_open(&json, NULL, '[');
        assert_true(remote_json_merge(&json, "a@b", &buffer));
        json_break(&json, "\n");
        json_close(&json, ']');
        assert_string_equal(arena_copy(&arena, json.text.text, json.text.length),
                "[\n  {\"host\": \"a@b\", \"name\": \"a\\\"\\u009bé\", \"n\": null, \"list\": [1, true, \"true\", {}, "
                "[]]},\n"
                "  {\"host\": \"a@b\"}\n]");
}

static void scalars_are_what_they_are_in_json(void **state) {
        static const struct {
                const char *text, *json;
        } cases[] = {{"0", "0"}, {"-12", "-12"}, {"1.5e-3", "1.5e-3"}, {"1E6", "1E6"}, {"true", "true"},
                {"null", "null"}, {"~", "null"}, {"\"1\"", "\"1\""}, {"'~'", "\"~\""}, {"10.0.0.1", "\"10.0.0.1\""},
                {"0700", "\"0700\""}, {"1.", "\"1.\""}, {"-", "\"-\""}, {"1e", "\"1e\""}, {".5", "\".5\""},
                {"5min", "\"5min\""}, {"yes", "\"yes\""}};

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                CLEANUP_JSON Json json = JSON_NULL;
                CLEANUP_ARENA Arena arena = ARENA_NULL;
                Buffer buffer = buffer_of(arena_printf(&arena, "[{\"a\": %s}]", cases[i].text));

                assert_true(remote_json_merge(&json, "h", &buffer));
                assert_string_equal(arena_copy(&arena, json.text.text, json.text.length),
                        arena_printf(&arena, "\n  {\"host\": \"h\", \"a\": %s}", cases[i].json));
        }
}

static void rows_are_what_list_prints(void **state) {
        static const char text[] =
                "[{\"name\": \"a\", \"state\": \"up\", \"addresses\": [\"10.0.0.2\", \"fd00::2\", \"fd00::3\"], "
                "\"system\": null, \"upSince\": 60, \"declared\": true, \"broken\": false, \"later\": {}},"
                "{\"name\": \"null\", \"state\": \"down\", \"addresses\": [], \"system\": \"/x\", \"upSince\": null, "
                "\"declared\": false, \"broken\": true}]";
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        Buffer buffer = buffer_of(text);
        ListRows rows = {0};

        (void)state;
        assert_true(remote_json_read_rows(&arena, "h", true, &buffer, 100, &rows));
        assert_int_equal(rows.length, 2);
        assert_string_equal(rows.rows[0].host, "h");
        assert_string_equal(rows.rows[0].addresses[1], "fd00::2");
        assert_null(rows.rows[0].system);
        assert_int_equal(rows.rows[0].uptime, 40);
        assert_true(rows.rows[0].declared && !rows.rows[0].broken);
        assert_string_equal(rows.rows[1].name, "null");
        assert_null(rows.rows[1].addresses[0]);
        assert_true(!rows.rows[1].declared && rows.rows[1].broken);
        /* A clock that is ahead. */
        assert_true(remote_json_read_rows(&arena, "h", false, &buffer, 59, &rows));
        assert_int_equal(rows.rows[2].uptime, 0);
        assert_null(rows.rows[2].host);
        free(rows.rows);
}

static void what_is_not_the_output_of_a_verb_is_refused(void **state) {
        static const char *const texts[] = {"", "\n", "x", "{}", "[", "[x", "[[]]", "[\"a\"]", "[{\"a\": &a [*a]}]",
                "[{[]: a}]", "\xff", "[{\"name\": &x [1, 1], \"state\": [*x, *x, *x, *x]}]",
                "[{\"name\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}]"};
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                CLEANUP_JSON Json json = JSON_NULL;
                Buffer buffer = buffer_of(texts[i]);
                ListRows rows = {0};

                json_open(&json, NULL, '[');
                assert_false(remote_json_merge(&json, "h", &buffer));
                assert_false(remote_json_read_rows(&arena, "h", true, &buffer, 0, &rows));
                free(rows.rows);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(objects_get_their_host_and_are_otherwise_unchanged),
                cmocka_unit_test(scalars_are_what_they_are_in_json),
                cmocka_unit_test(rows_are_what_list_prints),
                cmocka_unit_test(what_is_not_the_output_of_a_verb_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
