/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "bus/machined.h"
#include "systemd.h"

static const struct {
        const char *addresses, *found; /* NULL: none */
} addresses[] = {
        {"10.0.0.2", "10.0.0.2"},
        {"fd00::2", "fd00::2"},
        {"", NULL},
        /* Of the container itself, or of one link. */
        {"127.0.0.1", NULL},
        {"127.0.0.1 ::1 169.254.3.4 fe80::1 10.0.0.2", "10.0.0.2"},
        {"::1 fe80::1", NULL},
        {"169.253.0.1", "169.253.0.1"},
        /* The first, and one of IPv4 before one of IPv6. */
        {"10.0.0.2 10.0.0.3", "10.0.0.2"},
        {"fd00::2 fd00::3", "fd00::2"},
        {"fd00::2 10.0.0.2 fd00::3", "10.0.0.2"},
        {"10.0.0.2 fd00::2", "10.0.0.2"},
        {"fe80::1 fd00::2 127.0.0.1", "fd00::2"},
        {"? 10.0.0.2", "10.0.0.2"},
        {"?", NULL},
};

static void the_address_of_a_machine_is_one_that_others_reach_best_of_ipv4(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
                char answers[256], text[ADDRESS_SIZE] = "";
                sd_bus *bus;
                pid_t pid;

                snprintf(answers, sizeof(answers), "GetMachineAddresses web: %s", addresses[i].addresses);
                bus = systemd_start(answers, &pid);
                if (machine_address(bus, "web", text, NULL) != (addresses[i].found ? 0 : -EADDRNOTAVAIL) ||
                        strcmp(text, addresses[i].found ? addresses[i].found : "") != 0)
                        fail_msg("%s: %s", addresses[i].addresses, text);
                systemd_end(bus, pid);
        }
}

static const struct {
        const char *answers;
        pid_t leader; /* 0: not known */
} leaders[] = {
        {"Get Leader: 4711", 4711},
        {"Get Leader: 0", 0},
        {"Get Leader: refused", 0},
        {"Get Leader: odd", 0},
        {"GetMachine web: odd\nGet Leader: 4711", 0},
        {"GetMachine web: org.freedesktop.machine1.NoSuchMachine!\nGet Leader: 4711", 0},
};

static void a_machine_has_a_leader_or_it_is_not_known(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(leaders) / sizeof(leaders[0]); i++) {
                pid_t pid, leader = 0;
                sd_bus *bus = systemd_start(leaders[i].answers, &pid);

                assert_int_equal(machine_leader(bus, "web", &leader, NULL) >= 0, leaders[i].leader != 0);
                assert_int_equal(leader, leaders[i].leader);
                systemd_end(bus, pid);
        }
}

static void a_terminal_is_given_or_it_is_known_why_not(void **state) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        char *path = NULL;
        int fd = -1, r;
        pid_t pid;
        sd_bus *bus = systemd_start("OpenMachinePTY web: /dev/pts/5\nOpenMachinePTY odd: odd\n"
                                    "OpenMachinePTY other: refused",
                &pid);

        (void)state;
        assert_int_equal(machine_open_terminal(bus, "web", &fd, &path, NULL), 0);
        assert_string_equal(path, "/dev/pts/5");
        assert_true(fd > STDERR_FILENO && fcntl(fd, F_GETFD) == FD_CLOEXEC);
        close(fd);
        free(path);
        r = machine_open_terminal(bus, "odd", &fd, &path, &error);
        assert_true(r < 0);
        assert_string_equal(machine_error_text(&error, r), "Input/output error");
        r = machine_open_terminal(bus, "other", &fd, &path, &error);
        assert_true(r < 0);
        assert_string_equal(machine_error_text(&error, r), "It is refused.");
        sd_bus_error_free(&error);
        systemd_end(bus, pid);
}

/* Whatever it is that is asked for. */
static const struct {
        const char *answer, *said;
} failures[] = {
        {"refused", "It is refused."},
        {"org.freedesktop.DBus.Error.ServiceUnknown!", "systemd-machined is not running and cannot be started"},
        {"org.freedesktop.DBus.Error.NameHasNoOwner!", "systemd-machined is not running and cannot be started"},
        {"org.freedesktop.systemd1.UnitMasked!", "systemd-machined is not running and cannot be started"},
        {"org.freedesktop.systemd1.NoSuchUnit!", "systemd-machined is not running and cannot be started"},
        {"org.freedesktop.DBus.Error.FileExists!", "systemd-machined is not running and cannot be started"},
        {"org.freedesktop.DBus.Error.NoReply!", "systemd-machined does not respond"},
        {"org.freedesktop.DBus.Error.Timeout!", "systemd-machined does not respond"},
};

static void what_keeps_machined_from_answering_is_said_in_words(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
                sd_bus_error errors[2] = {SD_BUS_ERROR_NULL, SD_BUS_ERROR_NULL};
                char answers[256], text[ADDRESS_SIZE];
                sd_bus *bus;
                pid_t pid;
                int r;

                snprintf(answers, sizeof(answers), "TerminateMachine: %s\nGetMachineAddresses: %s", failures[i].answer,
                        failures[i].answer);
                bus = systemd_start(answers, &pid);
                r = machine_terminate(bus, "web", &errors[0]);
                assert_true(r < 0);
                assert_string_equal(machine_error_text(&errors[0], r), failures[i].said);
                r = machine_address(bus, "web", text, &errors[1]);
                assert_true(r < 0);
                assert_string_equal(machine_error_text(&errors[1], r), failures[i].said);
                sd_bus_error_free(&errors[0]);
                sd_bus_error_free(&errors[1]);
                systemd_end(bus, pid);
        }
}

static void an_answer_that_is_none_is_no_address(void **state) {
        char text[ADDRESS_SIZE];
        pid_t pid;
        sd_bus *bus = systemd_start("GetMachineAddresses: odd", &pid);

        (void)state;
        assert_true(machine_address(bus, "web", text, NULL) < 0);
        systemd_end(bus, pid);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_address_of_a_machine_is_one_that_others_reach_best_of_ipv4),
                cmocka_unit_test(a_machine_has_a_leader_or_it_is_not_known),
                cmocka_unit_test(a_terminal_is_given_or_it_is_known_why_not),
                cmocka_unit_test(what_keeps_machined_from_answering_is_said_in_words),
                cmocka_unit_test(an_answer_that_is_none_is_no_address),
        };

        return cmocka_run_group_tests_name("machined", tests, NULL, NULL);
}
