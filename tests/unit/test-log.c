/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "own-run.h"
#include "systemd/log.h"

#define KMSG "/run/kmsg"

/* What the kernel is told of the message @text, behind the prefix. */
static char *told(const char *text) {
        static size_t told_before;
        char prefix[64], *line;

        log_message(LOG_WARNING, "%s", text);
        line = text_of(KMSG);
        memmove(line, line + told_before, strlen(line + told_before) + 1);
        told_before += strlen(line);
        snprintf(prefix, sizeof(prefix), "<4>test-log[%i]: ", getpid());
        assert_int_equal(strncmp(line, prefix, strlen(prefix)), 0);
        assert_true(strlen(line) <= LOG_KMSG_MAX);
        return memmove(line, line + strlen(prefix), strlen(line + strlen(prefix)) + 1);
}

static void a_message_is_a_line(void **state) {
        char *line = told("a\nb\x7f\xc2\x9b"
                          "0m\xc2\xa0\xc2");

        (void)state;
        assert_string_equal(line, "a?b??0m\xc2\xa0\xc2\n");
        free(line);
}

static void what_is_printed_is_a_line_too(void **state) {
        Capture capture = capture_start(stdout);
        char *line;

        (void)state;
        print_safely("%s", "a\nb\033");
        line = capture_end(&capture);
        assert_string_equal(line, "a?b?\n");
        free(line);
}

static void a_message_that_is_too_long_is_cut(void **state) {
        char text[2 * LOG_KMSG_MAX] = "", *line;

        (void)state;
        memset(text, 'x', sizeof(text) - 1);
        line = told(text);
        assert_string_equal(line + strspn(line, "x"), " …\n");
        assert_true(strspn(line, "x") > LOG_KMSG_MAX - 64);
        free(line);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_message_is_a_line),
                cmocka_unit_test(what_is_printed_is_a_line_too),
                cmocka_unit_test(a_message_that_is_too_long_is_cut),
        };
        char pid[16];

        if (!own_run("log"))
                return 0;
        write_text(KMSG, "");
        snprintf(pid, sizeof(pid), "%i", getpid());
        if (mount(KMSG, "/dev/kmsg", NULL, MS_BIND, NULL) < 0 || setenv("SYSTEMD_EXEC_PID", pid, 1) < 0)
                abort();
        log_open();
        return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
