/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <paths.h>
#include <signal.h>

#include "base/interrupt.h"
#include "base/run-program.h"

static pid_t start(const char *program) {
        char *const arguments[] = {(char *)_PATH_BSHELL, (char *)"-c", (char *)program, NULL};

        return start_program(arguments, &BUFFER_NULL, false);
}

/* What a shell runs in the background ignores some of them: that is inherited. */
static int react_to_all(void **state) {
        static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

        (void)state;
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
                if (signal(signals[i], SIG_DFL) == SIG_ERR)
                        return -1;
        return 0;
}

static void a_signal_ends_nothing_but_is_noted(void **state) {
        (void)state;
        assert_false(interrupt_is_caught());
        /* As nohup(1) has it. */
        (void)signal(SIGHUP, SIG_IGN);
        interrupt_catch();
        assert_true(interrupt_is_caught());
        (void)raise(SIGHUP);
        assert_false(interrupt_seen());
        (void)raise(SIGINT);
        assert_true(interrupt_seen());
        interrupt_forget();
        assert_false(interrupt_seen());
}

static void a_program_without_a_signal_ends_by_itself(void **state) {
        (void)state;
        assert_int_equal(interrupt_end_program(start("exit 3"), 0), 3);
        assert_int_equal(interrupt_end_program(-ENOENT, 0), -ENOENT);
        assert_int_equal(interrupt_end_program(start("exit 4"), 60), 4);
}

static void a_signal_ends_what_is_waited_for_whether_it_came_before_or_comes_then(void **state) {
        (void)state;
        (void)raise(SIGTERM);
        assert_int_equal(interrupt_end_program(start("exec sleep 60"), 0), -ECHILD);
        interrupt_forget();
        assert_int_equal(interrupt_end_program(start("kill -QUIT $PPID; exec sleep 60"), 0), -ECHILD);
        assert_true(interrupt_seen());
        interrupt_forget();
}

static void what_takes_longer_than_it_may_is_killed(void **state) {
        (void)state;
        assert_int_equal(interrupt_end_program(start("trap '' TERM; sleep 60"), 1), -ETIMEDOUT);
        assert_false(interrupt_seen());
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_signal_ends_nothing_but_is_noted),
                cmocka_unit_test(a_program_without_a_signal_ends_by_itself),
                cmocka_unit_test(what_takes_longer_than_it_may_is_killed),
                cmocka_unit_test(a_signal_ends_what_is_waited_for_whether_it_came_before_or_comes_then),
        };

        return cmocka_run_group_tests_name("interrupt", tests, react_to_all, NULL);
}
