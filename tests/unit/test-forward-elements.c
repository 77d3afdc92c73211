/* SPDX-License-Identifier: MIT */
/* Against the kernel, in a network namespace of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>

#include "base/file.h"
#include "base/lines.h"
#include "config.h"
#include "own-run.h"
#include "runtime/forward-elements.h"
#include "state/format.h"

/* Runs nft(8). Returns what it has printed; free(3) it. */
static char *nft(const char *arguments) {
        char command[256], *text = calloc(1, 65536);
        FILE *output;

        snprintf(command, sizeof(command), "exec " TOOL_NFT " %s", arguments);
        output = popen(command, "re");
        assert_true(output && text && fread(text, 1, 65535, output) < 65535);
        assert_int_equal(pclose(output), 0);
        return text;
}

static void load(const char *path) {
        char arguments[128];

        snprintf(arguments, sizeof(arguments), "-f %s", path);
        free(nft(arguments));
}

static void assert_ruleset(const char *expected) {
        char *text = nft("-s list ruleset");

        assert_string_equal(text, expected);
        free(text);
}

static Buffer script_of(const char *text) {
        Buffer script = BUFFER_NULL;

        buffer_append_text(&script, text);
        return script;
}

/* Whether another element with the key of the line is there: "add element inet nixos-containers SET { KEY : TARGET }". */
static bool has_key(const Buffer *script, const char *line, const char *end) {
        const char *target = memmem(line, (size_t)(end - line), " : ", 3);
        size_t length = (size_t)((target ? target + 3 : end) - line);

        for_each_line(other, other_end, script) {
                if ((size_t)(other_end - other) >= length && memcmp(other, line, length) == 0)
                        return true;
        }
        return false;
}

/* All that the generator writes in the golden cases, as far as one table can have it. */
static Buffer all_elements(void) {
        Buffer script = BUFFER_NULL;
        glob_t cases;

        assert_int_equal(glob("tests/golden/*.expected", 0, NULL, &cases), 0);
        for (size_t i = 0; i < cases.gl_pathc; i++) {
                CLEANUP_BUFFER Buffer text = BUFFER_NULL;

                assert_return_code(read_file(cases.gl_pathv[i], &text), 0);
                for_each_line(line, end, &text) {
                        const char *start = line + (*line == '+' || *line == ' ');

                        if (line_behind(start, end, ELEMENT_ADD) && !has_key(&script, start, end))
                                buffer_append(&script, start, (size_t)(end + 1 - start));
                }
        }
        globfree(&cases);
        assert_true(script.length > 0);
        return script;
}

static int set_up(void **state) {
        (void)state;
        free(nft("flush ruleset"));
        load("templates/nixos-containers.nft");
        return 0;
}

static void elements_are_those_that_nft_adds(void **state) {
        CLEANUP_BUFFER Buffer script = all_elements();
        char *empty = nft("-s list ruleset"), *full;

        (void)state;
        buffer_append(&script, "", 1);
        write_text("/run/script", script.text);
        script.length--;
        load("/run/script");
        full = nft("-s list ruleset");
        assert_string_not_equal(full, empty);

        assert_return_code(forward_elements_delete(&script, &BUFFER_NULL), 0);
        assert_ruleset(empty);
        assert_return_code(forward_elements_add(&script), 0);
        assert_ruleset(full);
        /* Again, without another effect. */
        assert_return_code(forward_elements_add(&script), 0);
        assert_ruleset(full);
        assert_return_code(forward_elements_delete(&script, &BUFFER_NULL), 0);
        assert_return_code(forward_elements_delete(&script, &BUFFER_NULL), 0);
        assert_ruleset(empty);
        free(empty);
        free(full);
}

#define WEB ELEMENT_ADD FORWARDS_TABLE " forwards4 { tcp . 80 : 10.0.0.2 . 80 }\n"
#define OTHER ELEMENT_ADD FORWARDS_TABLE " forwards4 { tcp . 80 : 10.0.0.3 . 80 }\n"
#define DNS ELEMENT_ADD FORWARDS_TABLE " forwards4 { udp . 53 : 10.0.0.2 . 53 }\n"

static void elements_that_are_kept_or_there_twice_are_so(void **state) {
        CLEANUP_BUFFER Buffer script = script_of("table x {\n}\n" WEB DNS WEB), kept = script_of(DNS);
        char *text;

        (void)state;
        assert_return_code(forward_elements_add(&script), 0);
        assert_return_code(forward_elements_delete(&script, &kept), 0);
        text = nft("list map " FORWARDS_TABLE " forwards4");
        assert_non_null(strstr(text, "udp . 53"));
        assert_null(strstr(text, "tcp . 80"));
        free(text);
}

static void all_are_added_or_none(void **state) {
        CLEANUP_BUFFER Buffer web = script_of(WEB), script = script_of(DNS OTHER);
        char *text;

        (void)state;
        assert_return_code(forward_elements_add(&web), 0);
        assert_int_equal(forward_elements_add(&script), -EEXIST);
        text = nft("list map " FORWARDS_TABLE " forwards4");
        assert_null(strstr(text, "udp . 53"));
        assert_non_null(strstr(text, "10.0.0.2"));
        free(text);
}

static void without_the_table_there_is_nothing_to_add_to_or_to_delete(void **state) {
        CLEANUP_BUFFER Buffer script = script_of(WEB);

        (void)state;
        free(nft("flush ruleset"));
        assert_int_equal(forward_elements_add(&script), -ENOENT);
        assert_return_code(forward_elements_delete(&script, &BUFFER_NULL), 0);
        assert_ruleset("");
}

/* As many as a container forwards in one range; the kernel's answers to all of them would not find room. */
static void a_thousand_elements_are_added_and_deleted(void **state) {
        CLEANUP_BUFFER Buffer script = BUFFER_NULL;
        char *empty = nft("-s list ruleset"), line[128];

        (void)state;
        for (int i = 1; i <= 1000; i++) {
                snprintf(line, sizeof(line), ELEMENT_ADD FORWARDS_TABLE " forwards4 { tcp . %i : 10.0.0.2 . %i }\n", i,
                        i);
                buffer_append_text(&script, line);
        }
        assert_return_code(forward_elements_add(&script), 0);
        assert_return_code(forward_elements_delete(&script, &BUFFER_NULL), 0);
        assert_ruleset(empty);
        free(empty);
}

static void what_is_not_known_is_left_to_nft(void **state) {
        static const char *const elements[] = {
                "",
                "forwards4",
                "forwards4 ",
                "forwards4 {",
                "forwards4 { }",
                "forwards4 { tcp . 80 }  ",
                "forwards4 { tcp . 80 : }",
                "forwards4 { tcp . 80 : 10.0.0.2 . 80 } }",
                "forwards4 { tcp . : 10.0.0.2 . 80 }",
                "forwards4 { tcp , 80 : 10.0.0.2 . 80 }",
                "forwards4 { sctp . 80 : 10.0.0.2 . 80 }",
                "forwards4 { tcp . 65536 : 10.0.0.2 . 80 }",
                "forwards4 { tcp . 80-90 : 10.0.0.2 . 80 }",
                "internet { \"\" }",
                "internet { \"a }",
                "internet { \"sixteen-are-many\" }",
                "forwards6 { ::1 . ::1 . ::1 . ::1 . ::1 }",
        };

        (void)state;
        for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
                CLEANUP_BUFFER Buffer script = script_of(WEB ELEMENT_ADD FORWARDS_TABLE " ");

                buffer_append_text(&script, elements[i]);
                buffer_append_text(&script, "\n");
                if (forward_elements_add(&script) != -EINVAL ||
                        forward_elements_delete(&script, &BUFFER_NULL) != -EINVAL)
                        fail_msg("%s is known", elements[i]);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(elements_are_those_that_nft_adds, set_up),
                cmocka_unit_test_setup(elements_that_are_kept_or_there_twice_are_so, set_up),
                cmocka_unit_test_setup(all_are_added_or_none, set_up),
                cmocka_unit_test_setup(without_the_table_there_is_nothing_to_add_to_or_to_delete, set_up),
                cmocka_unit_test_setup(a_thousand_elements_are_added_and_deleted, set_up),
                cmocka_unit_test_setup(what_is_not_known_is_left_to_nft, set_up),
        };

        if (!own_run("forward elements"))
                return 0;
        if (unshare(CLONE_NEWNET) < 0 || access(TOOL_NFT, X_OK) < 0 || system(TOOL_NFT " list ruleset") != 0) {
                printf("skipped: forward elements: nft and a network namespace cannot be had here\n");
                return 0;
        }
        return cmocka_run_group_tests_name("forward elements", tests, NULL, NULL);
}
