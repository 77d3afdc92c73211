/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus/manager.h"
#include "capture.h"
#include "systemd.h"

static void a_property_is_the_units_or_not_known(void **state) {
        pid_t pid;
        sd_bus *bus = systemd_start("Get ActiveState: active\nGet MainPID: odd\nGet LoadState: refused", &pid);
        char *value = unit_property(bus, "a.service", "ActiveState");

        (void)state;
        assert_string_equal(value, "active");
        free(value);
        assert_null(unit_property(bus, "a.service", "MainPID"));
        assert_null(unit_property(bus, "a.service", "LoadState"));
        systemd_end(bus, pid);
}

static void units_that_cannot_be_loaded_are_said(void **state) {
        static const struct {
                const char *answers, *said;
        } reloads[] = {
                {"", ""},
                {"Reload: refused", "Failed to reload systemd: It is refused.\n"},
                {"Reload: lost", "Failed to reload systemd: "},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(reloads) / sizeof(reloads[0]); i++) {
                pid_t pid;
                sd_bus *bus = systemd_start(reloads[i].answers, &pid);
                Capture capture = capture_start(stderr);
                bool good = systemd_reload(bus) >= 0;
                char *said = capture_end(&capture);

                assert_int_equal(good, *reloads[i].said == '\0');
                assert_int_equal(strncmp(said, reloads[i].said, strlen(reloads[i].said)), 0);
                free(said);
                systemd_end(bus, pid);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_property_is_the_units_or_not_known),
                cmocka_unit_test(units_that_cannot_be_loaded_are_said),
        };

        return cmocka_run_group_tests_name("manager", tests, NULL, NULL);
}
