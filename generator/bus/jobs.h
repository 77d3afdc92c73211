/* SPDX-License-Identifier: MIT */
/* Jobs of systemd: starting, stopping, restarting and reloading units through its D-Bus API, and waiting for the outcome.
 * org.freedesktop.systemd1(5) */
#pragma once

#include "bus/bus.h"

typedef struct Job {
        const char *method; /* of the Manager: "StartUnit", "StopUnit", "RestartUnit", "ReloadUnit", … */
        const char *unit;   /* container@NAME.service, container-NAME-PORT.socket */
        /* Appends the arguments of the method after the unit and the mode, or NULL. Returns a negative errno on failure. */
        int (*append)(sd_bus_message *message, const struct Job *job, void *userdata);
        void *userdata; /* the caller's */
        char *path;     /* of the job, while it is running */
        /* Once it has ended: "done" if it succeeded, otherwise "canceled", "timeout", "failed", "dependency", "skipped", or why it could not
         * be enqueued. */
        char *result;
        struct Run *run; /* that it belongs to */
} Job;

/* Called when @job has ended; may be NULL. @userdata is that of jobs_run(), as for append. */
typedef void (*JobEnded)(const Job *job, void *userdata);

/* The result of jobs that are no longer waited for because of an interrupt (interrupt.h). They continue. */
#define JOB_INTERRUPTED "interrupted"

/* Enqueues all @jobs at once, and returns when all have ended, or when the connection ends, which an interrupt closes. The mode is
 * "replace", or "fail" for a unit that the job creates. Returns whether all have ended as "done". Nothing is logged: see the results. Free
 * them with jobs_free(). */
bool jobs_run(sd_bus *bus, Job jobs[], size_t length, JobEnded ended, void *userdata);

void jobs_free(Job jobs[], size_t length);
