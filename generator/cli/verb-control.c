/* nixos-container start, stop, restart, terminate. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/jobs.h"
#include "bus/machined.h"
#include "cli/host.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "systemd/log.h"

/* systemd kills a container that has not shut down after 90 s. */
#define TERMINATE_TIMEOUT_S 120

static void explain(const Host *host, const HostContainer *container, const Job *job, const char *verb, sd_bus *bus) {
        char *load_state, *result = unit_property(bus, job->unit, "Result");
        bool known = strcmp(job->result, "failed") == 0 && result && strcmp(result, "success") != 0;

        log_message(LOG_ERR, "Could not %s %s: %s%s%s%s", verb, container->name, job->result, known ? " (" : "",
                known ? result : "", known ? ")" : "");
        free(result);
        if (host_log_errors(host, container))
                return;
        load_state = unit_property(bus, job->unit, "LoadState");
        if (container->declared && load_state && strcmp(load_state, "not-found") == 0)
                log_message(LOG_ERR, "systemd has not read %s yet. Try \"systemctl daemon-reload\".",
                        container->declared->file);
        else
                log_message(LOG_ERR, "What it has said: journalctl -u container@%s", container->name);
        free(load_state);
}

/* Runs one method of systemd's Manager for each of the containers @names, all at once. */
static bool run_jobs(Host *host, const char *method, const char *verb, char *names[], size_t length) {
        const HostContainer **containers = arena_alloc(&host->arena, length * sizeof(*containers));
        Job *jobs = arena_alloc(&host->arena, length * sizeof(*jobs));
        bool good = true;
        sd_bus *bus;

        for (size_t i = 0; i < length; i++) {
                containers[i] = host_find(host, names[i]);
                good = containers[i] && good;
        }
        if (!good)
                return false;
        bus = systemd_connect();
        if (!bus)
                return false;

        for (size_t i = 0; i < length; i++)
                jobs[i] = (Job){.method = method, .unit = container_unit(&host->arena, names[i])};
        good = jobs_run(bus, jobs, length, NULL, NULL);
        for (size_t i = 0; i < length; i++)
                if (strcmp(jobs[i].result, "done") != 0)
                        explain(host, containers[i], &jobs[i], verb, bus);
        jobs_free(jobs, length);
        sd_bus_flush_close_unref(bus);
        return good;
}

static int control(int argc, char *argv[], const char *method) {
        static const struct option options[] = {{0}};
        Host host;
        bool good;

        if (getopt_long(argc, argv, "", options, NULL) >= 0)
                return EXIT_FAILURE;
        if (optind == argc)
                return fail_usage(argv, "it takes the name of a container.");
        host_read(&host);
        good = run_jobs(&host, method, argv[0], argv + optind, (size_t)(argc - optind));
        host_free(&host);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int verb_start(int argc, char *argv[]) {
        return control(argc, argv, "StartUnit");
}

int verb_stop(int argc, char *argv[]) {
        return control(argc, argv, "StopUnit");
}

int verb_restart(int argc, char *argv[]) {
        return control(argc, argv, "RestartUnit");
}

/* False if systemd does not tell; that was logged. */
static bool ask_whether_down(sd_bus *systemd, const char *unit, bool *ret_down) {
        char *state = unit_property(systemd, unit, "ActiveState");

        if (!state) {
                log_message(LOG_ERR, "systemd does not tell about %s.", unit);
                return false;
        }
        *ret_down = strcmp(state, "inactive") == 0 || strcmp(state, "failed") == 0;
        free(state);
        return true;
}

static bool terminate(Host *host, const char *name, sd_bus *systemd, sd_bus *bus) {
        const char *unit = container_unit(&host->arena, name);
        sd_bus_error error = SD_BUS_ERROR_NULL;
        bool down;

        if (!ask_whether_down(systemd, unit, &down))
                return false;
        if (down) {
                log_message(LOG_ERR, "%s is not running.", name);
                return false;
        }
        if (!machine_terminate(bus, name, &error)) {
                log_message(LOG_ERR, "Could not terminate %s: %s. Try \"nixos-container stop %s\".", name,
                        bus_error_text(&error), name);
                sd_bus_error_free(&error);
                return false;
        }
        for (int i = 0; i < 10 * TERMINATE_TIMEOUT_S; i++) {
                if (!ask_whether_down(systemd, unit, &down))
                        return false;
                if (down)
                        return true;
                nanosleep(&(struct timespec){.tv_nsec = 100L * 1000 * 1000}, NULL);
        }
        log_message(LOG_ERR, "%s is still running after %i s. What it has said: journalctl -u %s", name,
                TERMINATE_TIMEOUT_S, unit);
        return false;
}

int verb_terminate(int argc, char *argv[]) {
        const char *name = name_operand(argc, argv);
        sd_bus *systemd = NULL, *bus = NULL;
        bool good = false;
        Host host;

        if (!name)
                return EXIT_FAILURE;
        host_read(&host);
        if (host_find(&host, name) && (systemd = systemd_connect()) && (bus = host_bus_connect()))
                good = terminate(&host, name, systemd, bus);
        sd_bus_flush_close_unref(bus);
        sd_bus_flush_close_unref(systemd);
        host_free(&host);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
