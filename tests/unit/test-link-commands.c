/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/netlink.h"
#include "runtime/link-commands.h"

/* Every host has this interface. */
#define LINK "lo"

static int append(Buffer *requests, const char *line) {
        return link_command_append(requests, line, line + strlen(line));
}

/* All that templates/container.network has. */
static void each_command_becomes_a_request(void **state) {
        static const struct {
                const char *line;
                unsigned type;
                bool is_last;
        } cases[] = {
                {"link add name " LINK
                 " address 02:00:00:00:00:01 group 25454 type veth peer name eth0 address 02:00:00:00:00:02",
                        RTM_NEWLINK, false},
                {"link property add dev " LINK " altname ve-a-long-name", RTM_NEWLINKPROP, false},
                {"address add 10.0.0.1/32 dev " LINK, RTM_NEWADDR, false},
                {"address add fd00::1/128 dev " LINK " nodad", RTM_NEWADDR, false},
                {"link set dev " LINK " master " LINK, RTM_NEWLINK, false},
                {"link set dev " LINK " up", RTM_NEWLINK, true},
                {"route add 10.0.0.2 dev " LINK, RTM_NEWROUTE, true},
                {"route add fd00::2 dev " LINK, RTM_NEWROUTE, true},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                CLEANUP_BUFFER Buffer requests = BUFFER_NULL;
                const struct nlmsghdr *message;
                int r = append(&requests, cases[i].line);

                if (r != 1)
                        fail_msg("%s: %i", cases[i].line, r);
                message = (const struct nlmsghdr *)(const void *)requests.text;
                assert_int_equal(message->nlmsg_type, cases[i].type);
                assert_int_equal(message->nlmsg_len, requests.length);
                assert_int_equal(
                        link_command_is_last(cases[i].line, cases[i].line + strlen(cases[i].line)), cases[i].is_last);
        }
}

static void comments_become_none(void **state) {
        CLEANUP_BUFFER Buffer requests = BUFFER_NULL;

        (void)state;
        assert_int_equal(append(&requests, ""), 0);
        assert_int_equal(append(&requests, "# link set dev " LINK " up"), 0);
        assert_int_equal(requests.length, 0);
}

static void what_is_no_command_is_refused(void **state) {
        static const char *const lines[] = {"link", "link delete dev " LINK, "link set dev " LINK,
                "link set dev " LINK " down", "link set dev " LINK " up now", "address add 10.0.0.1/33 dev " LINK,
                "address add " LINK " dev " LINK, "route add default dev " LINK,
                "route add 10.0.0.2 via 10.0.0.1 dev " LINK,
                "link add name " LINK " address 02:00 group 25454 type veth peer name eth0 address 02:00:00:00:00:02"};
        char longest[4096];

        (void)state;
        for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
                CLEANUP_BUFFER Buffer requests = BUFFER_NULL;
                int r = append(&requests, lines[i]);

                if (r != -EINVAL)
                        fail_msg("%s: %i", lines[i], r);
        }
        memset(longest, ' ', sizeof(longest));
        memcpy(longest, "link set dev " LINK " up", strlen("link set dev " LINK " up"));
        longest[sizeof(longest) - 1] = '\0';
        assert_int_equal(append(&(Buffer){0}, longest), -EINVAL);
}

static void an_interface_that_is_not_there_is_an_error(void **state) {
        static const char *const lines[] = {"link set dev not-there up", "address add 10.0.0.1/32 dev not-there",
                "route add 10.0.0.2 dev not-there", "link set dev " LINK " master not-there",
                "link property add dev not-there altname other"};

        (void)state;
        for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
                CLEANUP_BUFFER Buffer requests = BUFFER_NULL;

                assert_int_equal(append(&requests, lines[i]), -ENODEV);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_command_becomes_a_request),
                cmocka_unit_test(comments_become_none),
                cmocka_unit_test(what_is_no_command_is_refused),
                cmocka_unit_test(an_interface_that_is_not_there_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
