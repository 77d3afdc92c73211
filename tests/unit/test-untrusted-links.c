/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/lines.h"
#include "runtime/untrusted-links.h"

static Buffer settings_of(const char *network, const char *link) {
        CLEANUP_BUFFER Buffer commands = BUFFER_NULL;

        buffer_append_text(&commands, network);
        return untrusted_links_settings(&commands, link);
}

/* How many lines of @text end with @end. */
static size_t count_lines(const Buffer *text, const char *wanted) {
        size_t count = 0, length = strlen(wanted);

        for_each_line(line, end, text)
                count += (size_t)(end - line) >= length && memcmp(end - length, wanted, length) == 0;
        return count;
}

static bool has(const Buffer *text, const char *line) {
        return has_line(text, line, strlen(line));
}

static const char network[] = "# The links to it.\n"
                              "link add name ve-web address 02:00:00:00:00:01 type veth peer name eth0\n"
                              "link add name lan.0 address 02:00:00:00:00:02 type veth peer name lan.0\n"
                              "address add 10.0.0.1/32 dev ve-web\n"
                              "link set dev lan.0 master br0\n"
                              "link set dev lan.0 up\n";

static void a_link_has_all_settings(void **state) {
        CLEANUP_BUFFER Buffer text = settings_of(network, "ve-web");

        (void)state;
        /* With slashes, as a dot in a name is none between the words; and no setting that a link lacks is an error. */
        assert_true(has(&text, "-net/ipv4/conf/ve-web/rp_filter = 1"));
        assert_true(has(&text, "-net/ipv6/conf/ve-web/accept_ra = 0"));
        assert_false(has(&text, "-net/ipv6/conf/ve-web/disable_ipv6 = 1"));
        assert_int_equal(count_lines(&text, "/accept_redirects = 0"), 2);
        assert_null(memmem(text.text, text.length, "lan.0", 5));
}

static void a_port_of_a_bridge_has_more(void **state) {
        CLEANUP_BUFFER Buffer text = settings_of(network, "lan.0");

        (void)state;
        assert_true(has(&text, "-net/ipv6/conf/lan.0/accept_ra = 0"));
        assert_true(has(&text, "-net/ipv6/conf/lan.0/disable_ipv6 = 1"));
        assert_null(memmem(text.text, text.length, "ve-web", 6));
}

static void a_name_that_the_format_cannot_have_is_left_out(void **state) {
        CLEANUP_BUFFER Buffer text =
                settings_of("link add name a=b address 02:00:00:00:00:01 type veth peer name c\n", "a=b");

        (void)state;
        assert_null(memmem(text.text, text.length, "a=b", 3));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_link_has_all_settings),
                cmocka_unit_test(a_port_of_a_bridge_has_more),
                cmocka_unit_test(a_name_that_the_format_cannot_have_is_left_out),
        };

        return cmocka_run_group_tests_name("untrusted links", tests, NULL, NULL);
}
