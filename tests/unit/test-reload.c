/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "runtime/reload.h"

#define UNREPORTED "Container web did not report whether the new system was activated.\n"

/* What systemd makes of the script that it is to run. */
#define SCRIPT "script=$(printf %s \"$5\" | sed 's/[$][$]/$/g')\n"

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
                {"exit 1", -ENODATA, UNREPORTED},
                /* It says nothing, or anything else. */
                {"exit 0", -ENODATA, UNREPORTED},
                {"printf 0 >&0", -ENODATA, UNREPORTED},
                {"echo >&0", -ENODATA, UNREPORTED},
                {"echo 00 >&0", -ENODATA, UNREPORTED},
                {"echo -0 >&0", -ENODATA, UNREPORTED},
                {"echo 256 >&0", -ENODATA, UNREPORTED},
                {"echo 0000000000000000000000000 >&0", -ENODATA, UNREPORTED},
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
        assert_string_equal(said, UNREPORTED);
        free(said);
}

static void what_runs_inside_is_a_command_of_the_shell(void **state) {
        (void)state;
        assert_int_equal(
                reload("[ \"$1 $2\" = '--property=RuntimeMaxSec=60000000us --machine=web' ] &&\n"
                       "[ \"$3 $4 $6 $7\" = '/bin/sh -c /system/bin/switch-to-configuration test' ] &&\n" SCRIPT
                       "[ \"$(/bin/sh -c \"$script\" /bin/echo said 0>/dev/null)\" = said ] &&\n"
                       "/bin/sh -c \"$script\" /bin/true",
                        "1min"),
                0);
        assert_int_equal(reload(SCRIPT "/bin/sh -c \"$script\" /bin/false", "0"), -EIO);
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
