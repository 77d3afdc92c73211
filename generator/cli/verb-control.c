/* SPDX-License-Identifier: MIT */
/* nixos-container start, stop, restart, terminate. */
#include <time.h>

#include "base/words.h"
#include "bus/jobs.h"
#include "bus/machined.h"
#include "bus/manager.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "state/profile.h"
#include "switch/apply.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* systemd kills a container that has not shut down after 90 s. */
#define TERMINATE_TIMEOUT_S 120

static void explain(const Host *host, const HostContainer *container, const Job *job, const char *verb, sd_bus *bus) {
        CLEANUP_FREE char *load_state = NULL, *result = unit_property(bus, job->unit, "Result");
        bool known = strcmp(job->result, "failed") == 0 && result && strcmp(result, "success") != 0;

        log_message(LOG_ERR, "Failed to %s %s: %s%s%s%s", verb, container->name, job->result, known ? " (" : "",
                known ? result : "", known ? ")" : "");
        if (host_log_errors(host, container))
                return;
        load_state = unit_property(bus, job->unit, "LoadState");
        if (container->declared && load_state && strcmp(load_state, "not-found") == 0)
                log_message(LOG_ERR, "systemd has not loaded %s yet. Run: systemctl daemon-reload",
                        container->declared->file);
        else
                log_message(LOG_ERR, "For details, run: journalctl -u container@%s", container->name);
}

/* For systemd, a start that a condition prevents has succeeded. Returns whether one has, after logging that. */
static bool was_prevented(Host *host, const HostContainer *container, const Job *job, sd_bus *bus) {
        const char *name = container->name, *system = container->declared ? container->declared->system.text : NULL;
        CLEANUP_FREE char *condition = unit_failed_condition(bus, job->unit);

        if (!condition)
                return false;
        if (system && profile_is_missing(&host->arena, "", name, system))
                log_message(LOG_ERR, "%s was not started: " NOTHING_DEPLOYED, name, name);
        else
                log_message(LOG_ERR, "%s was not started: condition %s failed", name, condition);
        return true;
}

int verb_control(int argc, char *argv[], const char *method) {
        CLEANUP_HOST Host host = HOST_NULL;
        CLEANUP_BUS sd_bus *bus = NULL;
        const HostContainer **containers;
        Job *jobs;
        size_t length;
        int r = read_operands(argc, argv, NULL, OPERANDS_NAMES);

        if (r < 0)
                return r;
        host_read(&host);
        length = (size_t)(argc - optind);
        containers = arena_alloc(&host.arena, length * sizeof(*containers));
        jobs = arena_alloc(&host.arena, length * sizeof(*jobs));
        for (size_t i = 0; i < length; i++) {
                const char *name = argv[optind + (int)i];

                containers[i] = host_find(&host, name);
                jobs[i] = (Job){.method = method, .unit = container_unit(&host.arena, name)};
                if (!containers[i])
                        r = -ENOENT;
        }
        if (r < 0 || (r = systemd_connect(&bus)) < 0)
                return r;
        /* All at once. */
        if (!jobs_run(bus, jobs, length, NULL, NULL))
                r = -EIO;
        for (size_t i = 0; i < length; i++)
                if (strcmp(jobs[i].result, "done") != 0)
                        explain(&host, containers[i], &jobs[i], argv[0], bus);
                else if (strcmp(method, "StopUnit") == 0 ? apply_end(containers[i]->name) < 0
                                                         : was_prevented(&host, containers[i], &jobs[i], bus))
                        r = -EIO;
        jobs_free(jobs, length);
        return r;
}

/* Whether a unit has ended: 1 or 0. */
static int is_down(sd_bus *systemd, const char *unit) {
        CLEANUP_FREE char *state = unit_property(systemd, unit, "ActiveState");

        return state ? is_one_of(state, "inactive", "failed")
                     : log_error(EIO, "Failed to get the state of %s from systemd.", unit);
}

int verb_terminate(Host *host, const HostContainer *container) {
        const char *name = container->name, *unit = container_unit(&host->arena, name);
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_BUS sd_bus *systemd = NULL, *bus = NULL;
        int r;

        if ((r = systemd_connect(&systemd)) < 0 || (r = host_bus_connect(&bus)) < 0 || (r = is_down(systemd, unit)) < 0)
                return r;
        if (r > 0)
                return log_error(ESRCH, "%s is not running.", name);
        r = machine_terminate(bus, name, &error);
        if (r < 0)
                return log_error(r, "Failed to terminate %s: %s. Try \"nixos-container stop %s\".", name,
                        machine_error_text(&error, r), name);
        for (int i = 0; i < 10 * TERMINATE_TIMEOUT_S; i++) {
                r = is_down(systemd, unit);
                if (r != 0)
                        return r < 0 ? r : apply_end(name);
                nanosleep(&(struct timespec){.tv_nsec = 100L * 1000 * 1000}, NULL);
        }
        return log_error(ETIMEDOUT, "%s is still running after %i s. For details, run: journalctl -u %s", name,
                TERMINATE_TIMEOUT_S, unit);
}
