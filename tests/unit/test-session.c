/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <signal.h>
#include <stdlib.h>

#include "bus/session.h"

/* What a container says of how a command has ended, in the words of waitid(2), and what comes of it. */
static const struct {
        int code, status, exit_status;
} ends[] = {
        {CLD_EXITED, 0, 0},
        {CLD_EXITED, 7, 7},
        {CLD_EXITED, 255, 255},
        {CLD_KILLED, SIGTERM, 143},
        {CLD_DUMPED, SIGSEGV, 139},
        /* No process can end so. 256 would be success. */
        {CLD_EXITED, 256, EXIT_FAILURE},
        {CLD_EXITED, -1, EXIT_FAILURE},
        {CLD_KILLED, 0, EXIT_FAILURE},
        {CLD_KILLED, 128, EXIT_FAILURE},
        {CLD_KILLED, INT_MAX, EXIT_FAILURE},
        {CLD_KILLED, INT_MIN, EXIT_FAILURE},
        {CLD_STOPPED, SIGSTOP, EXIT_FAILURE},
        {0, 0, EXIT_FAILURE},
};

static void whatever_a_container_says_a_command_has_ended_with_is_an_exit_status(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
                assert_int_equal(session_exit_status(ends[i].code, ends[i].status), ends[i].exit_status);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(whatever_a_container_says_a_command_has_ended_with_is_an_exit_status),
        };

        return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
