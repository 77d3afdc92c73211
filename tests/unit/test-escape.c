/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "systemd/escape.h"

typedef struct Case {
        const char *text, *escaped;
} Case;

#define N100 "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static const Case quoted[] = {
        {"", ""},
        {"plain-text_1./", "plain-text_1./"},
        {"%", "%%"},
        {"%i %%", "%%i %%%%"},
        {"\"", "\\\""},
        {"\\", "\\\\"},
        {"\\\"%", "\\\\\\\"%%"},
        {"a\\", "a\\\\"},
        {"a b", "a b"},
        {"'", "'"},
        {"$HOME ${a}", "$HOME ${a}"},
        {"; # *", "; # *"},
        {"a\nb\tc\x7f\x01", "a\\x0ab\\x09c\\x7f\\x01"},
        {"größer ☃", "größer ☃"},
};

static const Case bare[] = {
        {"", ""},
        {"a b", "a b"},
        {"%i%", "%%i%%"},
        {"\"\\", "\"\\"},
        {"a\nb\x7f", "a?b?"},
        {"größer ☃", "größer ☃"},
};

static const Case unit_instances[] = {
        {"", ""},
        {"web-1.a_b:c@d", "web-1.a_b:c@d"},
        {"../../etc/passwd", "..\\x2f..\\x2fetc\\x2fpasswd"},
        {"a\nb", "a\\x0ab"},
        {"%i", "\\x25i"},
        {"$(reboot)", "\\x24\\x28reboot\\x29"},
        {"a b\\x20", "a\\x20b\\x5cx20"},
        {"ä", "\\xc3\\xa4"},
};

static const Case messages[] = {
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"a\"b\\", "\"a\\\"b\\\\\""},
        {"a\nb\tc", "\"a\\nb\\tc\""},
        {"\x01\x1b[2J\x7f", "\"\\x01\\x1b[2J\\x7f\""},
        {"100%", "\"100%\""},
        {"größer ☃", "\"größer ☃\""},
        {N100, "\"" N100 "\""},
        {N100 "x", "\"" N100 "…\""},
        /* A character is not cut in two. */
        {"x" N100, "\"x"
                   "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
                   "…\""},
        {"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678ä",
                "\"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678…"
                "\""},
        {"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456☃x",
                "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456☃…"
                "\""},
};

static const Case bind_paths[] = {
        {"/srv/a b", "/srv/a b"},
        {"/a:b", "/a\\:b"},
        {"/a\\b:", "/a\\\\b\\:"},
        {"/a\\", "/a\\\\"},
};

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void check_buffer(void (*escape)(Buffer *, const char *, size_t), const Case *cases, size_t length) {
        Buffer buffer = BUFFER_NULL;

        for (size_t i = 0; i < length; i++) {
                buffer.length = 0;
                buffer_append(&buffer, "=", 1);
                escape(&buffer, cases[i].text, strlen(cases[i].text));
                buffer_append(&buffer, "", 1);
                assert_string_equal(buffer.text + 1, cases[i].escaped);
        }
        buffer_free(&buffer);
}

static void check_arena(char *(*escape)(Arena *, const char *), const Case *cases, size_t length) {
        Arena arena = ARENA_NULL;

        for (size_t i = 0; i < length; i++)
                assert_string_equal(escape(&arena, cases[i].text), cases[i].escaped);
        arena_free(&arena);
}

static void quoted_text_stays_one_word_and_what_it_was(void **state) {
        (void)state;
        check_buffer(escape_quoted, quoted, LENGTH(quoted));
}

static void bare_text_starts_no_specifier_and_no_line(void **state) {
        (void)state;
        check_buffer(escape_bare, bare, LENGTH(bare));
}

static void unit_instances_are_no_paths(void **state) {
        (void)state;
        check_arena(escape_unit_instance, unit_instances, LENGTH(unit_instances));
}

static void messages_show_what_cannot_be_seen_and_are_short(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < LENGTH(messages); i++)
                assert_string_equal(
                        escape_message(&arena, messages[i].text, strlen(messages[i].text)), messages[i].escaped);
        /* Unicode's noncharacters, which systemd refuses in a unit. */
        assert_string_equal(escape_message(&arena, "a\xef\xbf\xbf\xef\xb7\x90ä", 9), "\"a\\uffff\\ufdd0ä\"");
        assert_string_equal(escape_message(&arena, "\xf0\x9f\xbf\xbe☃", 7), "\"\\U0001fffe☃\"");
        assert_string_equal(escape_message(&arena, "a\0b", 3), "\"a\\x00b\"");
        /* Control characters behind ASCII, on which a terminal may act, and bytes that would be those by themselves. */
        assert_string_equal(escape_message(&arena, "\xc2\x9b[m\xc2\x85\xc2\xa0", 8), "\"\\u009b[m\\u0085\xc2\xa0\"");
        assert_string_equal(escape_message(&arena, "a\x9b", 2), "\"a\\x9b\"");
        /* A character that is cut is no more than what is there. */
        assert_string_equal(escape_message(&arena, "a\xe2\x98\x83", 3), "\"a\xe2\x98\"");
        arena_free(&arena);
}

static void what_is_no_text_is_short_in_messages_too(void **state) {
        Arena arena = ARENA_NULL;
        char bytes[200];

        (void)state;
        memset(bytes, 0x80, sizeof(bytes));
        assert_string_equal(escape_message(&arena, bytes, sizeof(bytes)), "\"…\"");
        arena_free(&arena);
}

static void bind_paths_have_no_colon_that_separates(void **state) {
        Arena arena = ARENA_NULL;

        (void)state;
        for (size_t i = 0; i < LENGTH(bind_paths); i++)
                assert_string_equal(escape_bind_path(&arena, bind_paths[i].text), bind_paths[i].escaped);
        arena_free(&arena);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(quoted_text_stays_one_word_and_what_it_was),
                cmocka_unit_test(bare_text_starts_no_specifier_and_no_line),
                cmocka_unit_test(unit_instances_are_no_paths),
                cmocka_unit_test(messages_show_what_cannot_be_seen_and_are_short),
                cmocka_unit_test(what_is_no_text_is_short_in_messages_too),
                cmocka_unit_test(bind_paths_have_no_colon_that_separates),
        };

        return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
