/* SPDX-License-Identifier: MIT */
/* Jobs of systemd: starting, stopping, restarting and reloading units through its D-Bus API, and waiting for the outcome.
 * org.freedesktop.systemd1(5) */
#pragma once

#include "bus/bus.h"

typedef struct Job {
        const char *method; /* of the Manager: "StartUnit", "StopUnit", "RestartUnit", "ReloadUnit", … */
        const char *unit;   /* container@NAME.service, container-NAME-PORT.socket */
        /* Appends what the method takes behind the unit and the mode, or NULL. Gives a negative errno if it fails. */
        int (*append)(sd_bus_message *message, const struct Job *job, void *userdata);
        void *userdata; /* the caller's */
        char *path;     /* of the job, while it is under way */
        char *result;   /* once it has ended, "done" if it has succeeded: "canceled", "timeout", "failed", "dependency",
                             * "skipped", or why it could not be enqueued */
        struct Run *run; /* that it is a part of */
} Job;

/* Called when @job has ended; may be NULL. @userdata is that of jobs_run(), as for append. */
typedef void (*JobEnded)(const Job *job, void *userdata);

/* What comes of the jobs that are not waited for any more, as there was an interrupt (interrupt.h). They go on. */
#define JOB_INTERRUPTED "interrupted"

/* Enqueues all @jobs at once, and returns when all have ended, at the latest with the connection, which an interrupt closes. The mode is
 * "replace", for a unit that is made by the job "fail". Whether each has ended as "done": nothing is logged, as the results say it all, which
 * are freed with jobs_free(). */
bool jobs_run(sd_bus *bus, Job jobs[], size_t length, JobEnded ended, void *userdata);

void jobs_free(Job jobs[], size_t length);
