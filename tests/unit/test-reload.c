/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "runtime/reload.h"

/* Runs in the place of systemd-run what a container may say, by the script @inside: of its arguments the last two are the command. */
static int reload(const char *inside, const char *limit) {
        char program[] = "/tmp/test-reload-XXXXXX";
        char *const arguments[] = {
                program, (char *)"--machine=web", (char *)"/system/bin/switch-to-configuration", (char *)"test", NULL};
        int fd = mkstemp(program), r;

        assert_true(fd >= 0);
        dprintf(fd, "#!/bin/sh\n%s\n", inside);
        assert_int_equal(fchmod(fd, 0700), 0);
        close(fd);
        r = container_reload("web", limit, arguments);
        assert_int_equal(unlink(program), 0);
        return r;
}

static void it_has_succeeded_if_what_runs_inside_says_so(void **state) {
        static const struct {
                const char *inside;
                int r;
                const char *said;
        } cases[] = {
                {"echo 0 >&0", 0, ""},
                /* Newer versions of systemd take no input that cannot be read. */
                {"grep -q '^flags:.*2$' /proc/self/fdinfo/0 && echo 0 >&0", 0, ""},
                /* Whatever systemd-run says of it. */
                {"echo 0 >&0; exit 1", 0, ""},
                {"echo 1 >&0; exit 0", -EIO, ""},
                {"echo 255 >&0", -EIO, ""},
                /* It could not be run. */
                {"exit 1", -EIO, ""},
                /* It says nothing, or anything else. */
                {"exit 0", -EIO, "Container web has not said how the start of the new system has ended.\n"},
                {"printf 0 >&0", -EIO, "Container web has not said how the start of the new system has ended.\n"},
                {"echo >&0", -EIO, "Container web has not said how the start of the new system has ended.\n"},
                {"echo 00 >&0", -EIO, "Container web has not said how the start of the new system has ended.\n"},
                {"echo -0 >&0", -EIO, "Container web has not said how the start of the new system has ended.\n"},
                {"echo 256 >&0", -EIO, "Container web has not said how the start of the new system has ended.\n"},
                {"echo 0000000000000000000000000 >&0", -EIO,
                        "Container web has not said how the start of the new system has ended.\n"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Capture capture = capture_start(stderr);
                int r = reload(cases[i].inside, "1min");
                char *said = capture_end(&capture);

                assert_int_equal(r, cases[i].r);
                assert_string_equal(said, cases[i].said);
                free(said);
        }
}

/* Of what runs inside, systemd-run hears no more, and has ended. */
static void it_is_waited_for_though_systemd_run_has_ended(void **state) {
        (void)state;
        assert_int_equal(reload("exec 3>&0; (sleep 1; echo 0 >&3) & exit 0", "1min"), 0);
        assert_int_equal(reload("exec 3>&0; (sleep 1; echo 1 >&3) & exit 0", "1min"), -EIO);
}

static void it_is_waited_for_no_longer_than_it_may_take(void **state) {
        Capture capture = capture_start(stderr);
        int r = reload("exec sleep 60", "500ms");
        char *said = capture_end(&capture);

        (void)state;
        assert_int_equal(r, -ETIMEDOUT);
        assert_string_equal(said, "Container web does not say whether the new system runs there.\n");
        free(said);
}

static void what_runs_inside_is_a_command_of_the_shell(void **state) {
        (void)state;
        assert_int_equal(reload("[ \"$1 $2 $3\" = '--property=RuntimeMaxSec=60000000us --expand-environment=no "
                                "--machine=web' ] &&\n"
                                "[ \"$4 $5 $7 $8\" = '/bin/sh -c /system/bin/switch-to-configuration test' ] &&\n"
                                "[ \"$(/bin/sh -c \"$6\" /bin/echo said 0>/dev/null)\" = said ] &&\n"
                                "/bin/sh -c \"$6\" /bin/true",
                                 "1min"),
                0);
        assert_int_equal(reload("/bin/sh -c \"$6\" /bin/false", "0"), -EIO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_has_succeeded_if_what_runs_inside_says_so),
                cmocka_unit_test(it_is_waited_for_though_systemd_run_has_ended),
                cmocka_unit_test(it_is_waited_for_no_longer_than_it_may_take),
                cmocka_unit_test(what_runs_inside_is_a_command_of_the_shell),
        };

        return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
