#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus/jobs.h"
#include "capture.h"
#include "systemd.h"

/* What systemd answers, and what comes of a job for a.service and one for b.service; NULL: anything but "done". */
static const struct {
        const char *answers, *a, *b;
} cases[] = {
        {"", "done", "done"},
        {"StartUnit a.service: failed", "failed", "done"},
        {"StartUnit a.service: timeout\nStartUnit b.service: canceled", "timeout", "canceled"},
        {"StartUnit b.service: refused", "done", "It is refused."},
        {"StartUnit a.service: odd", NULL, "done"},
        {"StartUnit a.service: lost", NULL, NULL},
        {"StartUnit b.service: lost end", "done", "the connection to systemd was lost"},
        {"StartUnit a.service: odd end", NULL, NULL},
        /* Somebody is told of jobs already: so are we. */
        {"Subscribe: org.freedesktop.systemd1.AlreadySubscribed!", "done", "done"},
        {"Subscribe: refused", NULL, NULL},
        {"Subscribe: lost", NULL, NULL},
};

static void count(const Job *job, void *userdata) {
        assert_non_null(job->result);
        ++*(int *)userdata;
}

static void check_result(const char *answers, const char *result, const char *expected) {
        if (expected ? strcmp(result, expected) != 0 : strcmp(result, "done") == 0 || !*result)
                fail_msg("%s: %s", answers, result);
}

static void each_job_ends_once_and_says_how_whatever_systemd_answers(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Job jobs[] = {
                        {.method = "StartUnit", .unit = "a.service"}, {.method = "StartUnit", .unit = "b.service"}};
                bool all_done =
                        cases[i].a && cases[i].b && strcmp(cases[i].a, "done") == 0 && strcmp(cases[i].b, "done") == 0;
                int ended = 0;
                pid_t pid;
                sd_bus *bus = systemd_start(cases[i].answers, &pid);

                assert_int_equal(jobs_run(bus, jobs, 2, count, &ended), all_done);
                assert_int_equal(ended, 2);
                check_result(cases[i].answers, jobs[0].result, cases[i].a);
                check_result(cases[i].answers, jobs[1].result, cases[i].b);
                jobs_free(jobs, 2);
                systemd_end(bus, pid);
        }
}

static void without_jobs_systemd_is_not_asked(void **state) {
        (void)state;
        assert_true(jobs_run(NULL, NULL, 0, NULL, NULL));
}

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
                {"Reload: refused", "systemd cannot load its units anew: It is refused.\n"},
                {"Reload: lost", "systemd cannot load its units anew: "},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(reloads) / sizeof(reloads[0]); i++) {
                pid_t pid;
                sd_bus *bus = systemd_start(reloads[i].answers, &pid);
                Capture capture = capture_start(stderr);
                bool good = systemd_reload(bus);
                char *said = capture_end(&capture);

                assert_int_equal(good, *reloads[i].said == '\0');
                assert_int_equal(strncmp(said, reloads[i].said, strlen(reloads[i].said)), 0);
                free(said);
                systemd_end(bus, pid);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_job_ends_once_and_says_how_whatever_systemd_answers),
                cmocka_unit_test(without_jobs_systemd_is_not_asked),
                cmocka_unit_test(a_property_is_the_units_or_not_known),
                cmocka_unit_test(units_that_cannot_be_loaded_are_said),
        };

        return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
