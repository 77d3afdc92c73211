/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "reading.h"
#include "switch/apply.h"
#include "switch/unsettled.h"
#include "systemd.h"

/* Containers of which no host has a record. */
#define MANIFEST                                                                                                       \
        "version: 1\ncontainers:\n"                                                                                    \
        "  test-apply-a: { system: /a }\n"                                                                             \
        "  test-apply-b: { system: /b, autoStart: true }\n"

/* A plan for the two of MANIFEST. */
typedef struct Planned {
        Reading reading;
        PlannedContainer items[2];
        Plan plan;
} Planned;

static void planned_init(Planned *planned, Action a, Action b) {
        *planned = (Planned){0};
        reading_init(&planned->reading);
        reading_add(&planned->reading, "m.yaml", MANIFEST);
        for (size_t i = 0; i < 2; i++)
                planned->items[i] = (PlannedContainer){.name = planned->reading.manifest.containers[i]->name.text,
                        .shown_name = i == 0 ? "test-apply-a" : "test-apply-b",
                        .action = i == 0 ? a : b,
                        .reason = "for a reason",
                        .declared = planned->reading.manifest.containers[i],
                        .running = planned->reading.manifest.containers[i]};
        planned->plan = (Plan){.items = planned->items, .length = 2, .arena = &planned->reading.arena};
}

static const struct {
        Action a, b;
        bool progress;
        const char *answers, *printed, *said;
} cases[] = {
        {ACTION_NONE, ACTION_NONE, true, "", "", ""},
        {ACTION_START, ACTION_RESTART, false, "", "test-apply-a: started\ntest-apply-b: restarted\n", ""},
        {ACTION_STOP, ACTION_START, true, "",
                "test-apply-a: stopping…\ntest-apply-b: starting…\n"
                "test-apply-a: stopped\ntest-apply-b: started\n",
                ""},
        /* Each by itself; why, where systemd knows more than that it has. */
        {ACTION_START, ACTION_START, false, "StartUnit container@test-apply-a.service: failed",
                "test-apply-a: failed to start\ntest-apply-b: started\n",
                "1 of 2 containers failed:\n  test-apply-a: see journalctl -u container@test-apply-a\n"},
        {ACTION_RESTART, ACTION_START, false,
                "RestartUnit: failed because it is\a so\nStartUnit: failed because it is otherwise",
                "test-apply-a: failed to restart\ntest-apply-b: failed to start\n",
                "2 of 2 containers failed:\n  test-apply-a: see journalctl -u container@test-apply-a\n    it is? so\n"
                "  test-apply-b: see journalctl -u container@test-apply-b\n    it is otherwise\n"},
        {ACTION_NONE, ACTION_START, false, "StartUnit: dependency", "test-apply-b: failed to start: dependency\n",
                "1 of 1 containers failed:\n  test-apply-b: see journalctl -u container@test-apply-b\n"},
        {ACTION_NONE, ACTION_START, false, "StartUnit: refused", "test-apply-b: failed to start: It is refused.\n",
                "1 of 1 containers failed:\n  test-apply-b: see journalctl -u container@test-apply-b\n"},
        {ACTION_NONE, ACTION_RELOAD, false, "ReloadUnit: canceled", "test-apply-b: failed to reload: canceled\n",
                "1 of 1 containers failed:\n  test-apply-b: see journalctl -u container@test-apply-b\n"},
        /* One that has stopped already has no unit that could be stopped. */
        {ACTION_STOP, ACTION_NONE, false, "StopUnit: refused", "test-apply-a: stopped\n", ""},
        {ACTION_STOP, ACTION_NONE, false, "Reload: refused", "test-apply-a: stopped\n",
                "Failed to reload systemd: It is refused.\n"},
        {ACTION_KEEP, ACTION_FAIL, true, "",
                "test-apply-a: unchanged despite a new configuration: for a reason\n"
                "test-apply-b: unchanged: for a reason\n",
                "1 of 1 containers failed:\n  test-apply-b: see nixos-container check\n    for a reason\n"},
};

static void of_each_container_it_is_said_what_came_of_it(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Capture printed, said;
                char *printed_text, *said_text;
                Planned planned;
                pid_t pid;
                sd_bus *bus = systemd_start(cases[i].answers, &pid);
                bool good;

                planned_init(&planned, cases[i].a, cases[i].b);
                printed = capture_start(stdout);
                said = capture_start(stderr);
                good = apply_plan(&planned.plan, bus, cases[i].progress) >= 0;
                said_text = capture_end(&said);
                printed_text = capture_end(&printed);
                assert_string_equal(printed_text, cases[i].printed);
                assert_string_equal(said_text, cases[i].said);
                /* Nothing is said where nothing is wrong. */
                assert_int_equal(good, *cases[i].said == '\0');
                free(printed_text);
                free(said_text);
                reading_free(&planned.reading);
                systemd_end(bus, pid);
        }
}

static void containers_that_are_still_starting_or_stopping_are_waited_for(void **state) {
        static const struct {
                Action before;
                const char *units;
                Action a, b;
                bool found;
        } unsettled[] = {
                {ACTION_NONE, "", ACTION_NONE, ACTION_NONE, false},
                {ACTION_NONE, "container@test-apply-a.service activating", ACTION_START, ACTION_NONE, true},
                /* One that stops is started again if it is to run. */
                {ACTION_NONE, "container@test-apply-a.service deactivating container@test-apply-b.service deactivating",
                        ACTION_NONE, ACTION_START, true},
                {ACTION_UPDATE, "container@test-apply-a.service activating", ACTION_RESTART, ACTION_UPDATE, false},
                {ACTION_RELOAD, "container@test-apply-b.service activating", ACTION_RELOAD, ACTION_RESTART, false},
                {ACTION_STOP, "container@test-apply-a.service activating", ACTION_STOP, ACTION_STOP, false},
                {ACTION_NONE,
                        "container@.service activating container@other.service activating "
                        "container@test-apply-c.service activating",
                        ACTION_NONE, ACTION_NONE, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(unsettled) / sizeof(unsettled[0]); i++) {
                char answers[256];
                Planned planned;
                sd_bus *bus;
                pid_t pid;

                snprintf(answers, sizeof(answers), "ListUnitsByPatterns: %s", unsettled[i].units);
                bus = systemd_start(answers, &pid);
                planned_init(&planned, unsettled[i].before, unsettled[i].before);
                assert_int_equal(unsettled_find(&planned.plan, bus), unsettled[i].found);
                assert_int_equal(planned.items[0].action, unsettled[i].a);
                assert_int_equal(planned.items[1].action, unsettled[i].b);
                reading_free(&planned.reading);
                systemd_end(bus, pid);
        }
}

static void it_is_said_if_systemd_does_not_tell_what_is_starting(void **state) {
        static const char *const answers[] = {
                "ListUnitsByPatterns: refused", "ListUnitsByPatterns: odd", "ListUnitsByPatterns: lost"};

        (void)state;
        for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
                Planned planned;
                pid_t pid;
                sd_bus *bus = systemd_start(answers[i], &pid);
                Capture capture;
                char *said;

                planned_init(&planned, ACTION_NONE, ACTION_NONE);
                capture = capture_start(stderr);
                assert_true(unsettled_find(&planned.plan, bus) < 0);
                said = capture_end(&capture);
                assert_ptr_equal(strstr(said, "Failed to list starting units: "), said);
                if (i == 0)
                        assert_non_null(strstr(said, "It is refused."));
                free(said);
                reading_free(&planned.reading);
                systemd_end(bus, pid);
        }
}

static void nothing_that_is_printed_acts_on_a_terminal(void **state) {
        Planned planned;
        Capture printed, said;
        char *printed_text, *said_text;
        pid_t pid;
        sd_bus *bus = systemd_start("", &pid);

        (void)state;
        planned_init(&planned, ACTION_KEEP, ACTION_FAIL);
        planned.items[0].reason = planned.items[1].reason = "\033]0;odd\a\nm.yaml\xc2\x9b:1:1";
        planned.items[1].name = "\033c";
        planned.items[1].shown_name = "\"\\x1bc\"";
        printed = capture_start(stdout);
        said = capture_start(stderr);
        assert_true(apply_plan(&planned.plan, bus, true) < 0);
        said_text = capture_end(&said);
        printed_text = capture_end(&printed);
        assert_string_equal(printed_text, "test-apply-a: unchanged despite a new configuration: ?]0;odd??m.yaml?:1:1\n"
                                          "\"\\x1bc\": unchanged: ?]0;odd??m.yaml?:1:1\n");
        assert_string_equal(said_text, "1 of 1 containers failed:\n  \"\\x1bc\": see nixos-container check\n"
                                       "    ?]0;odd??m.yaml?:1:1\n");
        free(printed_text);
        free(said_text);
        reading_free(&planned.reading);
        systemd_end(bus, pid);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(of_each_container_it_is_said_what_came_of_it),
                cmocka_unit_test(nothing_that_is_printed_acts_on_a_terminal),
                cmocka_unit_test(containers_that_are_still_starting_or_stopping_are_waited_for),
                cmocka_unit_test(it_is_said_if_systemd_does_not_tell_what_is_starting),
        };

        return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
