/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus/jobs.h"
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

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_job_ends_once_and_says_how_whatever_systemd_answers),
                cmocka_unit_test(without_jobs_systemd_is_not_asked),
        };

        return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
