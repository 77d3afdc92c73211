/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

static const struct {
        const char *text, *quoted;
} strings[] = {
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"größer ☃ 𝄞", "\"größer ☃ 𝄞\""},
        {"\"\\", "\"\\\"\\\\\""},
        {"a\nb\x01\x7f", "\"a\\u000ab\\u0001\\u007f\""},
        /* Each a new line for YAML, where they would end a comment. */
        {"a\xc2\x85"
         "b\u2028c\u2029d",
                "\"a\\u0085b\\u2028c\\u2029d\""},
        {"\xc2\x9b", "\"\\u009b\""},
};

static void any_text_is_one_string_and_read_back_what_it_was(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
                const char *quoted = json_quote(&arena, strings[i].text);

                assert_string_equal(quoted, strings[i].quoted);
                assert_string_equal(json_unquote(&arena, quoted, strlen(quoted)), strings[i].text);
        }
        arena_free(&arena);
}

/* Not UTF-8, as the name of a file may be: alone, cut off, too long, half of a pair, past the last character. */
static const struct {
        const char *text, *quoted;
} others[] = {
        {"\xff", "\"\ufffd\""},
        {"a\x80z", "\"a\ufffdz\""},
        {"\xc3", "\"\ufffd\""},
        {"\xe2\x98", "\"\ufffd\ufffd\""},
        {"\xc0\xaf", "\"\ufffd\ufffd\""},
        {"\xe0\x80\xaf", "\"\ufffd\ufffd\ufffd\""},
        {"\xed\xa0\x80", "\"\ufffd\ufffd\ufffd\""},
        {"\xf4\x90\x80\x80", "\"\ufffd\ufffd\ufffd\ufffd\""},
};

static void what_is_no_text_is_a_string_that_can_be_read(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                assert_string_equal(json_quote(&arena, others[i].text), others[i].quoted);
        arena_free(&arena);
}

static void what_somebody_has_edited_is_read_as_far_as_it_can_be(void **state) {
        static const char *const edited[][2] = {{"", ""}, {"\"", ""}, {"a", "a"}, {"\"a", "a"}, {"a\\", "a\\"},
                {"\\x", "\\x"}, {"\\u12", "\\u12"}, {"\\u 123", "\\u 123"}, {"\\u0000", "\\u0000"},
                {"\\uffff", "\uffff"}};
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < sizeof(edited) / sizeof(edited[0]); i++)
                assert_string_equal(json_unquote(&arena, edited[i][0], strlen(edited[i][0])), edited[i][1]);
        arena_free(&arena);
}

static void objects_and_arrays_have_what_separates_and_ends_them(void **state) {
        Json json = JSON_NULL;

        (void)state;
        json_open(&json, NULL, '[');
        for (int i = 0; i < 2; i++) {
                json_break(&json, "\n  ");
                json_open(&json, NULL, '{');
                json_string(&json, "a\"b", i > 0 ? "c" : NULL);
                json_number(&json, "n", UINT64_MAX);
                json_bool(&json, "f", i > 0);
                json_open(&json, "empty", '[');
                json_close(&json, ']');
                json_open(&json, "two", '[');
                json_value(&json, NULL, "{}");
                json_value(&json, NULL, NULL);
                json_close(&json, ']');
                json_close(&json, '}');
        }
        json_break(&json, "\n");
        json_close(&json, ']');
        buffer_append(&json.text, "", 1);
        assert_string_equal(json.text.text,
                "[\n  {\"a\\\"b\": null, \"n\": 18446744073709551615, \"f\": false, \"empty\": [], \"two\": [{}, "
                "null]},"
                "\n  {\"a\\\"b\": \"c\", \"n\": 18446744073709551615, \"f\": true, \"empty\": [], \"two\": [{}, null]}"
                "\n]");
        json_free(&json);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(any_text_is_one_string_and_read_back_what_it_was),
                cmocka_unit_test(what_is_no_text_is_a_string_that_can_be_read),
                cmocka_unit_test(what_somebody_has_edited_is_read_as_far_as_it_can_be),
                cmocka_unit_test(objects_and_arrays_have_what_separates_and_ends_them),
        };

        return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
