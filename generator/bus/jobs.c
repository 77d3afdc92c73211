/* SPDX-License-Identifier: MIT */
#include "bus/jobs.h"

#include "base/interrupt.h"
#include "base/memory.h"

/* An interrupt may come right before it is waited: then it is seen this much later. */
#define INTERRUPT_TIMEOUT ((uint64_t)1000 * 1000)

typedef struct Run {
        Job *jobs;
        size_t length, left;
        bool good;
        JobEnded ended;
        void *userdata;
} Run;

static void end_job(Run *run, Job *job, const char *result) {
        free(job->path);
        job->path = NULL;
        job->result = duplicate(result);
        if (strcmp(result, "done") != 0)
                run->good = false;
        run->left--;
        if (run->ended)
                run->ended(job, run->userdata);
}

static int on_enqueued(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error UNUSED) {
        Job *job = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        const char *path = NULL;
        int r = error ? -EIO : sd_bus_message_read(reply, "o", &path);

        if (r < 0)
                end_job(job->run, job, bus_error_text(error, r));
        else
                job->path = duplicate(path);
        return 0;
}

/* Nothing more will be heard of the jobs that are left. The calls about them end with the connection. */
static void end_all(Run *run, const char *result) {
        for (size_t i = 0; i < run->length; i++)
                if (!run->jobs[i].result)
                        end_job(run, &run->jobs[i], result);
}

/* Ends everything: the calls that are under way end with the connection. */
static void give_up(Run *run, sd_bus *bus, const char *result) {
        sd_bus_close(bus);
        end_all(run, result);
}

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error UNUSED) {
        Run *run = userdata;
        const char *path, *result;
        int r = sd_bus_message_read(message, "uoss", NULL, &path, NULL, &result);

        if (r < 0) {
                give_up(run, sd_bus_message_get_bus(message), strerror(-r));
                return 0;
        }
        for (size_t i = 0; i < run->length; i++)
                if (run->jobs[i].path && strcmp(run->jobs[i].path, path) == 0)
                        end_job(run, &run->jobs[i], result);
        return 0;
}

static void wait_for_all(sd_bus *bus, Run *run) {
        while (run->left > 0) {
                int r = sd_bus_process(bus, NULL);

                if (r == 0 && interrupt_seen()) {
                        give_up(run, bus, JOB_INTERRUPTED);
                        return;
                }
                if (r == 0)
                        r = sd_bus_wait(bus, interrupt_is_caught() ? INTERRUPT_TIMEOUT : UINT64_MAX);
                if (r < 0 && r != -EINTR)
                        give_up(run, bus, "the connection to systemd was lost");
        }
}

static int on_subscribed(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error UNUSED) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        if (error && !sd_bus_error_has_name(error, SYSTEMD_ALREADY_SUBSCRIBED))
                give_up(userdata, sd_bus_message_get_bus(reply), bus_error_text(error, -EIO));
        return 0;
}

/* Has systemd tell about the jobs of all units, not only of those somebody asks about. Its answer is not waited for. */
static int subscribe(sd_bus *bus, Run *run, sd_bus_slot **ret_match) {
        int r = systemd_match_signal(bus, ret_match, SYSTEMD_PATH, SYSTEMD_MANAGER, "JobRemoved", on_job_removed, run);

        if (r < 0)
                return r;
        return sd_bus_call_method_async(
                bus, NULL, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe", on_subscribed, run, NULL);
}

static int enqueue(sd_bus *bus, Job *job, void *userdata) {
        CLEANUP_BUS_MESSAGE sd_bus_message *message = NULL;
        int r;

        if ((r = sd_bus_message_new_method_call(
                     bus, &message, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER, job->method)) < 0 ||
                (r = sd_bus_message_append(message, "ss", job->unit, job->append ? "fail" : "replace")) < 0 ||
                (job->append && (r = job->append(message, job, userdata)) < 0))
                return r;
        return sd_bus_call_async(bus, NULL, message, on_enqueued, job, 0);
}

bool jobs_run(sd_bus *bus, Job jobs[], size_t length, JobEnded ended, void *userdata) {
        Run run = {.jobs = jobs, .length = length, .left = length, .good = true, .ended = ended, .userdata = userdata};
        CLEANUP_BUS_SLOT sd_bus_slot *match = NULL;
        int r;

        if (length == 0)
                return true;
        r = subscribe(bus, &run, &match);
        if (r < 0) {
                end_all(&run, strerror(-r));
                return false;
        }

        for (size_t i = 0; i < length; i++) {
                jobs[i].run = &run;
                r = enqueue(bus, &jobs[i], userdata);
                if (r < 0)
                        end_job(&run, &jobs[i], strerror(-r));
        }
        wait_for_all(bus, &run);
        return run.good;
}

void jobs_free(Job jobs[], size_t length) {
        for (size_t i = 0; i < length; i++) {
                free(jobs[i].path);
                free(jobs[i].result);
                jobs[i].path = jobs[i].result = NULL;
        }
}
