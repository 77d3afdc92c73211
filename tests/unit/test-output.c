/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "generate/output.h"
#include "state/paths.h"

/* Each test has a directory of its own, in which the output's is "out". */
typedef struct Place {
        char path[64];
        Output output;
        Capture capture;
} Place;

static int set_up(void **state) {
        Place *place = calloc(1, sizeof(*place));

        strcpy(place->path, "/tmp/test-output.XXXXXX");
        if (!mkdtemp(place->path) || chdir(place->path) < 0 || mkdir("out", 0755) < 0)
                return -1;
        place->capture = capture_start(stderr);
        *state = place;
        return output_open(&place->output, "out");
}

static int tear_down(void **state) {
        Place *place = *state;
        char command[128];

        snprintf(command, sizeof(command), "rm -rf '%s'", place->path);
        free(place);
        return chdir("/") < 0 || system(command) != 0;
}

static void put(Place *place, const char *subdirectory, const char *name, const char *text) {
        buffer_append(output_start(&place->output, subdirectory, name), text, strlen(text));
        output_end(&place->output);
}

static void put_with_sections(Place *place, const char *name, const char *text, const char *sections) {
        buffer_append(output_start(&place->output, NULL, name), text, strlen(text));
        buffer_append_text(output_sections(&place->output), sections);
        output_end(&place->output);
}

static void assert_file(const char *path, const char *expected) {
        char text[128] = "";
        int fd = open(path, O_RDONLY);
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

        if (fd >= 0)
                close(fd);
        assert_int_equal(n, strlen(expected));
        assert_string_equal(text, expected);
}

/* That each line of @said ends with that of @expected, and that there are no more. */
static void assert_logged(const char *said, const char *expected) {
        while (*said && *expected) {
                size_t length = strcspn(said, "\n") + 1, tail = strcspn(expected, "\n") + 1;

                assert_true(length >= tail);
                assert_memory_equal(said + length - tail, expected, tail);
                said += length;
                expected += tail;
        }
        assert_string_equal(said, expected);
}

/* What was logged by the end, and whether it is kept in mind that it was. */
static void assert_said(Place *place, const char *expected) {
        char *said;

        output_close(&place->output);
        said = capture_end(&place->capture);

        assert_logged(said, expected);
        assert_int_equal(place->output.failed, expected[0] != '\0');
        free(said);
}

static void files_are_written_whole(void **state) {
        Place *place = *state;
        struct stat st;

        put(place, NULL, "a", "one\n");
        put(place, "sub", "a", "two\n");
        put(place, "sub", "b", "three\n");
        put(place, "other", "a", "");
        put(place, "sub", "c", "four\n");
        put(place, NULL, "b", "five\n");
        assert_said(place, "");
        assert_file("out/a", "one\n");
        assert_file("out/sub/a", "two\n");
        assert_file("out/sub/b", "three\n");
        assert_file("out/other/a", "");
        assert_file("out/sub/c", "four\n");
        assert_file("out/b", "five\n");
        assert_int_equal(stat("out/a", &st), 0);
        assert_int_equal(st.st_mode & 0777, 0644);
        assert_int_equal(stat("out/sub", &st), 0);
        assert_int_equal(st.st_mode & 0777, 0755);
}

static void a_file_that_is_there_stays_and_is_a_failure(void **state) {
        Place *place = *state;

        put(place, NULL, "a", "one\n");
        put(place, NULL, "a", "two\n");
        put(place, "sub", "a", "one\n");
        put(place, "sub", "a", "two\n");
        put(place, NULL, "b", "three\n");
        assert_said(place, "out/a: File exists\nout/sub/a: File exists\n");
        assert_file("out/a", "one\n");
        assert_file("out/sub/a", "one\n");
        assert_file("out/b", "three\n");
}

static void no_link_is_followed(void **state) {
        Place *place = *state;

        assert_int_equal(mkdir("elsewhere", 0755), 0);
        assert_int_equal(symlink("../elsewhere/a", "out/a"), 0);
        assert_int_equal(symlink("../elsewhere", "out/sub"), 0);
        put(place, NULL, "a", "one\n");
        put(place, "sub", "a", "two\n");
        assert_said(place, "out/a: File exists\nout/sub: Not a directory\n");
        assert_int_equal(access("elsewhere/a", F_OK), -1);
}

static void a_subdirectory_that_is_none_is_a_failure(void **state) {
        Place *place = *state;

        put(place, NULL, "sub", "");
        put(place, "sub", "a", "one\n");
        put(place, "other", "a", "two\n");
        assert_said(place, "out/sub: Not a directory\n");
        assert_file("out/other/a", "two\n");
}

static void what_cannot_be_written_whole_is_not_there(void **state) {
        Place *place = *state;
        struct rlimit limit, old;
        char large[10001];

        memset(large, 'x', sizeof(large) - 1);
        large[sizeof(large) - 1] = '\0';
        signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &old);
        limit = old;
        limit.rlim_cur = 5000;
        /* The capture of standard error is a file too, but its lines are short. */
        setrlimit(RLIMIT_FSIZE, &limit);
        put(place, NULL, "large", large);
        put(place, "sub", "large", large);
        put(place, NULL, "small", "small\n");

        assert_said(place, "out/large: File too large\nout/sub/large: File too large\n");
        setrlimit(RLIMIT_FSIZE, &old);
        assert_int_equal(access("out/large", F_OK), -1);
        assert_int_equal(access("out/sub/large", F_OK), -1);
        assert_file("out/small", "small\n");
}

static void a_directory_that_is_not_there_cannot_be_opened(void **state) {
        Place *place = *state;
        Output output;

        assert_int_equal(close(open("file", O_WRONLY | O_CREAT, 0644)), 0);
        assert_int_equal(output_open(&output, "nowhere"), -ENOENT);
        assert_int_equal(output_open(&output, "file"), -ENOTDIR);
        /* This is no failure of the place's own output. */
        place->output.failed = true;
        assert_said(place, "nowhere: No such file or directory\nfile: Not a directory\n");
}

/* More than are collected before they are written. */
static void many_files_are_written_in_any_directories(void **state) {
        static const char *const subdirectories[] = {NULL, "sub", "other"};
        Place *place = *state;
        char name[32], path[64];

        for (int i = 0; i < 1000; i++) {
                snprintf(name, sizeof(name), "file-%i", i);
                put(place, subdirectories[i % 3], name, name);
        }
        assert_said(place, "");
        for (int i = 0; i < 1000; i++) {
                snprintf(name, sizeof(name), "file-%i", i);
                snprintf(path, sizeof(path), "out/%s/%s", i % 3 ? subdirectories[i % 3] : ".", name);
                assert_file(path, name);
        }
}

static void sections_of_many_files_are_in_one(void **state) {
        Place *place = *state;
        char name[32], expected[128] = "";

        for (int i = 0; i < 100; i++) {
                snprintf(name, sizeof(name), "file-%i", i);
                if (i % 10 == 0) {
                        put_with_sections(place, name, "", name + 5);
                        strcat(expected, name + 5);
                } else {
                        put(place, NULL, name, "");
                }
        }
        assert_said(place, "");
        assert_file("out/" SECTIONS_FILE, expected);
        assert_file("out/file-99", "");
}

static void without_its_sections_a_file_is_not_there(void **state) {
        Place *place = *state;

        put(place, NULL, SECTIONS_FILE, "another\n");
        output_close(&place->output);
        assert_int_equal(output_open(&place->output, "out"), 0);
        put_with_sections(place, "a", "one\n", "more\n");
        put(place, NULL, "b", "two\n");
        assert_said(place, "out/" SECTIONS_FILE ": File exists\n");
        assert_int_equal(access("out/a", F_OK), -1);
        assert_file("out/b", "two\n");
        assert_file("out/" SECTIONS_FILE, "another\n");
}

static void a_failure_among_many_is_one_and_no_more(void **state) {
        Place *place = *state;
        char name[32];

        assert_int_equal(mkdir("out/file-500", 0755), 0);
        for (int i = 0; i < 1000; i++) {
                snprintf(name, sizeof(name), "file-%i", i);
                put(place, NULL, name, name);
        }
        assert_said(place, "out/file-500: File exists\n");
        assert_file("out/file-999", "file-999");
}

static void a_dry_run_prints_each_file_with_its_path(void **state) {
        Place *place = *state;
        Capture capture = capture_start(stdout);
        char *printed;

        output_close(&place->output);
        output_open_stdout(&place->output, "/run/systemd/generator");
        put_with_sections(place, "a", "one\n", "more\n");
        put(place, "sub", "a", "%s\n");
        /* Twice is no failure here, as nothing is there before. */
        put(place, NULL, "a", "");
        assert_said(place, "");
        printed = capture_end(&capture);
        assert_string_equal(printed,
                "# /run/systemd/generator/a\none\n\n# /run/systemd/generator/sub/a\n%s\n\n# "
                "/run/systemd/generator/a\n\n# /run/systemd/generator/" SECTIONS_FILE "\nmore\n\n");
        free(printed);
        assert_int_equal(access("out/a", F_OK), -1);
}

static void a_dry_run_that_cannot_print_fails(void **state) {
        Place *place = *state;
        int saved, full = open("/dev/full", O_WRONLY);
        char *said;

        output_close(&place->output);
        output_open_stdout(&place->output, "/run/systemd/generator");
        fflush(stdout);
        saved = dup(STDOUT_FILENO);
        dup2(full, STDOUT_FILENO);
        put(place, NULL, "a", "one\n");
        output_close(&place->output);
        dup2(saved, STDOUT_FILENO);
        clearerr(stdout);
        close(saved);
        close(full);
        said = capture_end(&place->capture);
        assert_true(place->output.failed);
        assert_non_null(strstr(said, "standard output: No space left on device\n"));
        free(said);
}

/* More than standard output keeps: it is known early, and said once. */
static void a_long_dry_run_that_cannot_print_says_so_once(void **state) {
        Place *place = *state;
        int saved, full = open("/dev/full", O_WRONLY);
        char *said, *text = calloc(1, 100001);

        output_close(&place->output);
        output_open_stdout(&place->output, "/run/systemd/generator");
        fflush(stdout);
        saved = dup(STDOUT_FILENO);
        dup2(full, STDOUT_FILENO);
        put(place, NULL, "a", memset(text, 'x', 100000));
        output_close(&place->output);
        dup2(saved, STDOUT_FILENO);
        clearerr(stdout);
        close(saved);
        close(full);
        free(text);
        said = capture_end(&place->capture);
        assert_true(place->output.failed);
        assert_logged(said, "/run/systemd/generator/a: No space left on device\n");
        free(said);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(files_are_written_whole, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_file_that_is_there_stays_and_is_a_failure, set_up, tear_down),
                cmocka_unit_test_setup_teardown(no_link_is_followed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_subdirectory_that_is_none_is_a_failure, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_cannot_be_written_whole_is_not_there, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_directory_that_is_not_there_cannot_be_opened, set_up, tear_down),
                cmocka_unit_test_setup_teardown(many_files_are_written_in_any_directories, set_up, tear_down),
                cmocka_unit_test_setup_teardown(sections_of_many_files_are_in_one, set_up, tear_down),
                cmocka_unit_test_setup_teardown(without_its_sections_a_file_is_not_there, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_failure_among_many_is_one_and_no_more, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_dry_run_prints_each_file_with_its_path, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_dry_run_that_cannot_print_fails, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_long_dry_run_that_cannot_print_says_so_once, set_up, tear_down),
        };

        return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
