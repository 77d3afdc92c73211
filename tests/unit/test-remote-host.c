/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "cli/remote-host.h"

static void hosts_are_spelled_as_systemctl_has_them(void **state) {
        static const struct {
                const char *text, *destination, *port;
        } cases[] = {
                {"host", "host", NULL},
                {"host:123", "host", "123"},
                {"user@host", "user@host", NULL},
                {"[::1]", "::1", NULL},
                {"user@[::1]", "user@::1", NULL},
                {"user@[::1]:99", "user@::1", "99"},
                {"host:123:123", NULL, NULL},
                {"host:", NULL, NULL},
                {"user@host@host", NULL, NULL},
                {"user@[::1]:", NULL, NULL},
                {"user@[::1:", NULL, NULL},
                {"user@", NULL, NULL},
                {"user@@", NULL, NULL},
                {"[host]", NULL, NULL},
                {"::1", NULL, NULL},
                {"host:65536", NULL, NULL},
                {"host/machine", NULL, NULL},
                {"-oProxyCommand=x", NULL, NULL},
                {"user@-x", NULL, NULL},
                {"-user@host", NULL, NULL},
                {"a b", NULL, NULL},
                {"a\x1b[2J", NULL, NULL},
                {"", NULL, NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                CLEANUP_ARENA Arena arena = ARENA_NULL;
                RemoteHost *hosts = NULL;
                size_t length = 0;
                Capture capture = capture_start(stderr);
                int r = remote_hosts_parse(&arena, cases[i].text, &hosts, &length);
                char *said = capture_end(&capture);

                assert_int_equal(r, cases[i].destination ? 0 : -EINVAL);
                if (r < 0) {
                        assert_mentions(said, "[USER@]HOST[:PORT]");
                } else {
                        assert_int_equal(length, 1);
                        assert_string_equal(hosts[0].text, cases[i].text);
                        assert_string_equal(hosts[0].destination, cases[i].destination);
                        assert_string_equal(hosts[0].port ? hosts[0].port : "", cases[i].port ? cases[i].port : "");
                }
                free(said);
        }
}

static void hosts_are_separated_by_commas(void **state) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        RemoteHost *hosts;
        size_t length;

        (void)state;
        assert_int_equal(remote_hosts_parse(&arena, "a:1,b@[::1]:2,c", &hosts, &length), 0);
        assert_int_equal(length, 3);
        assert_string_equal(hosts[0].port, "1");
        assert_string_equal(hosts[1].destination, "b@::1");
        assert_string_equal(hosts[2].text, "c");
        assert_null(hosts[2].port);
}

static void arguments_are_quoted_where_a_shell_would_change_them(void **state) {
        static const RemoteHost host = {.text = "a@b:1", .destination = "a@b", .port = "1"};
        char *const words[] = {(char *)"run", (char *)"", (char *)"it's", (char *)"a\\b", (char *)"-x=$y\n", NULL};
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        char *const *arguments = remote_command(&arena, &host, true, words);

        (void)state;
        assert_string_equal(arguments[0], "ssh");
        assert_string_equal(arguments[1], "-t");
        assert_string_equal(arguments[2], "-p");
        assert_string_equal(arguments[3], "1");
        assert_string_equal(arguments[4], "--");
        assert_string_equal(arguments[5], "a@b");
        assert_string_equal(arguments[6], "nixos-container --remote run '' 'it'\\''s' 'a'\\\\'b' '-x=$y\n'");
        assert_null(arguments[7]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(hosts_are_spelled_as_systemctl_has_them),
                cmocka_unit_test(hosts_are_separated_by_commas),
                cmocka_unit_test(arguments_are_quoted_where_a_shell_would_change_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
