/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture.h"
#include "runtime/restricted-links.h"

#define RESTRICT "add element inet nixos-containers restricted "

/* What is said when these links are closed. */
static char *close_links(const char *script) {
        Buffer buffer = BUFFER_NULL;
        Capture capture;

        buffer_append_text(&buffer, script);
        capture = capture_start(stderr);
        restricted_links_close("web", &buffer);
        buffer_free(&buffer);
        return capture_end(&capture);
}

static void check_said(const char *script, const char *wanted) {
        char *said = close_links(script);

        assert_string_equal(said, wanted);
        free(said);
}

static void links_that_are_not_restricted_are_left_alone(void **state) {
        (void)state;
        check_said("", "");
        check_said("add element inet nixos-containers internet { \"none\" }\n", "");
        check_said("add element inet nixos-containers forwards4 { tcp . 80 : 10.0.0.2 . 80 }\n", "");
        check_said("# " RESTRICT "{ \"none\" }\n" RESTRICT "{ \"none\n", "");
}

static void what_cannot_be_closed_is_said_of_each(void **state) {
        (void)state;
        check_said(RESTRICT "{ \"none\" }\n" RESTRICT "{ \"nor-this\" }\n",
                "Container web: failed to block its link none for when the nftables rules are missing: No such "
                "device\n"
                "Container web: failed to block its link nor-this for when the nftables rules are missing: No such "
                "device\n");
}

/* In a network namespace of this test. */
static void what_is_there_is_closed_without_a_word(void **state) {
        (void)state;
        check_said(RESTRICT "{ \"lo\" }\n", "");
}

/* Not where another kernel is only imitated. */
static bool can_close(void) {
        return unshare(CLONE_NEWNET) >= 0 && syscall(SYS_bpf, -1, NULL, 0) < 0 && errno != ENOSYS && errno != EPERM;
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(links_that_are_not_restricted_are_left_alone),
                cmocka_unit_test(what_cannot_be_closed_is_said_of_each),
                cmocka_unit_test(what_is_there_is_closed_without_a_word),
        };
        size_t length = sizeof(tests) / sizeof(tests[0]);

        if (!can_close()) {
                printf("skipped: what_is_there_is_closed_without_a_word: this takes a network namespace and bpf(2)\n");
                length--;
        }
        return _cmocka_run_group_tests("restricted links", tests, length, NULL, NULL);
}
