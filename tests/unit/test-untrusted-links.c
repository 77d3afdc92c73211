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

static Buffer settings_of(const char *network) {
        CLEANUP_BUFFER Buffer batch = BUFFER_NULL;

        buffer_append_text(&batch, network);
        return untrusted_links_settings("web", &batch);
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

static void each_link_that_is_added_has_all_settings(void **state) {
        CLEANUP_BUFFER Buffer text =
                settings_of("# The links to it.\n"
                            "link add name ve-web address 02:00:00:00:00:01 type veth peer name vb-web\n"
                            "link add name lan.0 address 02:00:00:00:00:02 type veth peer name vb-lan\n"
                            "address add 10.0.0.1/32 dev ve-web\n"
                            "route add 10.0.0.2 dev ve-other\n");

        (void)state;
        assert_memory_equal(text.text, "# The links of container web.\n", 30);
        /* With slashes, as a dot in the name is none between the words; and no setting that a link lacks is an error. */
        assert_true(has(&text, "-net/ipv4/conf/ve-web/rp_filter = 1"));
        assert_true(has(&text, "-net/ipv6/conf/ve-web/accept_ra = 0"));
        assert_true(has(&text, "-net/ipv6/conf/lan.0/accept_ra = 0"));
        assert_int_equal(count_lines(&text, "/accept_redirects = 0"), 4);
        assert_int_equal(count_lines(&text, "/proxy_arp = 0"), 2);
        assert_null(memmem(text.text, text.length, "vb-", 3));
        assert_null(memmem(text.text, text.length, "ve-other", 8));
}

static void without_links_there_are_none(void **state) {
        static const char *const batches[] = {"", "# The links to it.\n", "address add 10.0.0.1/32 dev eth0\n",
                "link add name \n", "link add name ve-web"};

        (void)state;
        for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
                CLEANUP_BUFFER Buffer text = settings_of(batches[i]);

                assert_int_equal(text.length, 0);
        }
}

static void a_name_that_the_format_cannot_have_is_left_out(void **state) {
        CLEANUP_BUFFER Buffer text = settings_of("link add name a=b address 02:00:00:00:00:01 type veth peer name c\n"
                                                 "link add name d address 02:00:00:00:00:02 type veth peer name e\n");

        (void)state;
        assert_null(memmem(text.text, text.length, "a=b", 3));
        assert_int_equal(count_lines(&text, "/d/accept_ra = 0"), 1);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_link_that_is_added_has_all_settings),
                cmocka_unit_test(without_links_there_are_none),
                cmocka_unit_test(a_name_that_the_format_cannot_have_is_left_out),
        };

        return cmocka_run_group_tests_name("untrusted links", tests, NULL, NULL);
}
