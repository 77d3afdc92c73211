/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "records.h"
#include "runtime/start.h"
#include "runtime/update.h"

/* Blue has a port, and green is to have it too. */
static void start_blue(void) {
        declare("blue", "tcp:80\n");
        declare("green", "tcp:8080\ntcp:80\n");
        assert_return_code(container_create(UNITS, "blue"), 0);
}

static void a_running_container_does_not_get_what_another_has_and_stays_as_it_was(void **state) {
        (void)state;
        start_blue();
        declare("green", "tcp:8080\n");
        assert_return_code(container_create(UNITS, "green"), 0);
        declare("green", "tcp:8080\ntcp:81\ntcp:80\n");
        assert_true(SAYING(container_update(UNITS, "green", NULL, 0)) < 0);
        MENTIONS("green", "tcp:80", "blue");
        assert_file("green/claims", "# What it has alone.\ntcp:8080\n\n");
        assert_string_equal(holder_of("tcp:8080"), "green");
        assert_string_equal(holder_of("tcp:80"), "blue");
        assert_string_equal(holder_of("tcp:81"), "");
        assert_false(is_there("green/unfinished"));
}

/* There is no systemd-machined that would do it. */
static char *nowhere[] = {"/a", "/b", "ro"};

static void a_running_container_becomes_what_is_declared_or_is_said_to_be_unfinished(void **state) {
        (void)state;
        declare("web", "tcp:80\n");
        assert_return_code(container_create(UNITS, "web"), 0);
        declare("web", "tcp:81\n");
        assert_true(SAYING(container_update(UNITS, "web", nowhere, 3)) < 0);
        /* It may say that it has more than it has. */
        assert_file("web/claims", "# What it has alone.\ntcp:80\n\ntcp:81\n");
        assert_string_equal(holder_of("tcp:81"), "");
        assert_true(is_there("web/unfinished"));
        assert_return_code(SAYING(container_update(UNITS, "web", NULL, 0)), 0);
        SAYS_NOTHING();
        assert_file("web/claims", "# What it has alone.\ntcp:81\n\n");
        assert_string_equal(holder_of("tcp:80"), "");
        assert_string_equal(holder_of("tcp:81"), "web");
        assert_false(is_there("web/unfinished"));
}

static void what_does_not_run_is_not_updated(void **state) {
        (void)state;
        declare("web", "tcp:80\n");
        assert_true(SAYING(container_update(UNITS, "web", NULL, 0)) < 0);
        MENTIONS("web", "not running");
        assert_string_equal(holder_of("tcp:80"), "");
}

static void a_record_of_another_version_is_not_changed(void **state) {
        (void)state;
        declare("web", "tcp:80\n");
        assert_return_code(container_create(UNITS, "web"), 0);
        write_text(at("web/format"), "2\n");
        declare("web", "");
        assert_true(SAYING(container_give_up(UNITS, "web")) < 0);
        MENTIONS("web", "format 2", "expected 1");
        assert_string_equal(holder_of("tcp:80"), "web");
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup(function, start_test)
        static const struct CMUnitTest tests[] = {
                TEST(a_running_container_does_not_get_what_another_has_and_stays_as_it_was),
                TEST(a_running_container_becomes_what_is_declared_or_is_said_to_be_unfinished),
                TEST(what_does_not_run_is_not_updated),
                TEST(a_record_of_another_version_is_not_changed),
        };

        return own_run("update") ? cmocka_run_group_tests_name("update", tests, NULL, NULL) : 0;
}
