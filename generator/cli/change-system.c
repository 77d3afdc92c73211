/* SPDX-License-Identifier: MIT */
#include "cli/change-system.h"

#include "base/interrupt.h"
#include "base/run-program.h"
#include "base/words.h"
#include "bus/health.h"
#include "bus/jobs.h"
#include "bus/manager.h"
#include "cli/configuration.h"
#include "cli/generations.h"
#include "config.h"
#include "manifest/schema.h"
#include "state/record.h"
#include "switch/apply.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* How long the log of a unit in the container is read, which the container has written. */
#define LOG_TIMEOUT_S 10

/* A change that is under way. */
typedef struct Transition {
        Request *request;
        const HostContainer *container;
        const NewSystem *new;
        const char *running; /* the system that runs, or would be started; NULL: none */
        bool is_tried;       /* the new system is active already */
} Transition;

static const char *reload_limit(const Transition *t) {
        const Container *declared = t->container->declared ? t->container->declared : &container_defaults;

        return declared->rare->timeout_reload_sec.text;
}

/* Has the container go on with the system that it has, after @job, which was to activate another one, has ended or was interrupted. */
static void return_to_old_system(const Transition *t, const Job *job) {
        const char *name = t->container->name;

        if (strcmp(job->result, JOB_INTERRUPTED) == 0) {
                fprintf(stderr, "Interrupted, reactivating the old system in %s.\n", name);
                interrupt_forget();
                unit_end_reload(job->unit);
        }
        if (!is_one_of(job->result, JOB_INTERRUPTED, "failed", "timeout"))
                log_message(
                        LOG_ERR, "Failed to activate the new system in %s, keeping the old one: %s", name, job->result);
        else if (t->running && apply_return_to(name, t->running, reload_limit(t)) >= 0)
                log_message(LOG_ERR,
                        "Failed to activate the new system in %s (%s), the old one was reactivated. For details, run: "
                        "journalctl -u container@%s",
                        name, job->result, name);
        else
                log_message(LOG_ERR,
                        "Failed to activate the new system in %s (%s) and to reactivate the old one. To start the "
                        "container with the old one, run: nixos-container restart %s. For details, run: journalctl -u "
                        "container@%s",
                        name, job->result, name, name);
}

/* One that is being started may have what was declared before: the end of that is waited for, whatever it is. Returns 1 if the container
 * runs. */
static int is_up(sd_bus *bus, const char *unit, const char *name) {
        Job job = {.method = "StartUnit", .unit = unit};

        for (bool waited = false;; waited = true) {
                CLEANUP_FREE char *state = unit_property(bus, unit, "ActiveState");

                if (!state)
                        return log_error(
                                EIO, "Failed to get the state of %s from systemd, keeping its old system.", name);
                if (waited || strcmp(state, "activating") != 0)
                        return strcmp(state, "active") == 0;
                (void)jobs_run(bus, &job, 1, NULL, NULL);
                jobs_free(&job, 1);
        }
}

/* Has the new system activated in the container if it runs. */
static int activate(const Transition *t, sd_bus *bus) {
        const char *name = t->container->name;
        Job job = {.method = "ReloadUnit", .unit = container_unit(&t->request->host.arena, name)};
        int r = is_up(bus, job.unit, name);

        if (r == 0 && !t->running)
                fprintf(stderr, "To start %1$s, run: nixos-container start %1$s\n", name);
        if (r <= 0)
                return r;
        if (!jobs_run(bus, &job, 1, NULL, NULL)) {
                return_to_old_system(t, &job);
                r = -EIO;
        }
        jobs_free(&job, 1);
        return r < 0 ? r : 0;
}

/* Shows the last lines that a unit in the container has logged there. In this format, what could act on a terminal is not printed. */
static void show_log(const Transition *t, const char *unit) {
        Arena *arena = &t->request->host.arena;
        char *const arguments[] = {(char *)TOOL_JOURNALCTL, arena_join(arena, "--machine=", t->container->name),
                arena_join(arena, "--unit=", unit), (char *)"--lines=5", (char *)"--no-pager", (char *)"--quiet",
                (char *)"--output=short", NULL};

        ignore_failure(interrupt_end_program(start_program(arguments, &BUFFER_NULL, false), LOG_TIMEOUT_S));
}

/* Activates the old system again after the new one was tried. */
static void take_back(Transition *t) {
        const char *name = t->container->name;

        interrupt_forget();
        t->is_tried = false;
        if (t->running && apply_switch_back(name, t->running, reload_limit(t)) >= 0)
                log_message(LOG_ERR, "The old system was reactivated in %s.", name);
        else
                log_message(LOG_ERR,
                        "Failed to reactivate the old system in %s. To start the container with it, run: "
                        "nixos-container restart %s",
                        name, name);
}

/* Whether the container still runs the new system: one that was started meanwhile has the old one. */
static int check_tried(const Transition *t) {
        Host *host = &t->request->host;
        const char *name = t->container->name, *system = NULL;
        int r = record_read_system(&host->arena, arena_join(&host->arena, RECORDS_DIRECTORY "/", name), &system);

        if (r >= 0 && system && strcmp(system, t->new->path) == 0)
                return 0;
        return log_error(EIO, "%s was restarted during the check.", name);
}

/* Activates the new system if the container runs, and watches what becomes of it, before anything leads to it: until it has stood the check,
 * it is the old one that is started, even if the host crashes. */
static int try_system(Transition *t) {
        const char *name = t->container->name, *unit = NULL;
        CLEANUP_HEALTH Health health = HEALTH_NULL;
        CLEANUP_BUS sd_bus *bus = NULL;
        int r;

        if ((r = systemd_connect(&bus)) < 0 ||
                (r = is_up(bus, container_unit(&t->request->host.arena, name), name)) < 0)
                return r;
        if (r == 0) {
                fprintf(stderr, "%s is not running: not checked.\n", name);
                return 0;
        }
        if ((r = imperative_check_interrupt()) < 0 || (r = health_note(name, &health)) < 0)
                return r;
        r = apply_switch(name, t->new->path, reload_limit(t));
        if (r < 0)
                log_message(LOG_ERR, "Failed to activate the new system in %s.", name);
        else if ((r = health_watch(name, &health, t->request->check, &unit)) == -EINTR)
                fprintf(stderr, "Interrupted.\n");
        if (r >= 0)
                r = check_tried(t);
        if (unit)
                show_log(t, unit);
        t->is_tried = true;
        if (r < 0)
                take_back(t);
        return r;
}

/* Declares the container with the new system, and has that activated; with the old one again if it cannot be. */
static int declare_and_activate(const Transition *t) {
        const char *name = t->container->name, *path = t->request->paths.manifest;
        const Buffer *manifest = t->new->manifest;
        CLEANUP_BUS sd_bus *bus = NULL;
        int r;

        if ((r = systemd_connect(&bus)) < 0 || (manifest && (r = imperative_write(name, path, manifest)) < 0))
                return r;
        if ((!manifest || (r = systemd_reload(bus)) >= 0) && (r = imperative_check_interrupt()) >= 0 && !t->is_tried)
                r = activate(t, bus);
        /* Whatever has become of this connection. */
        if (r < 0 && manifest && imperative_write(name, path, t->new->manifest_before) >= 0)
                ignore_failure(systemd_connect_and_reload());
        return r;
}

int change_system_prepare(const Request *request) {
        int r = imperative_make_directory(request->paths.profiles);

        if (r < 0 || !request->system_before)
                return r;
        return generations_adopt(request->paths.profile, request->system_before);
}

/* The number of the current generation, 0 for none. */
static int current_generation(const char *profile, unsigned *ret_number) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_GENERATIONS Generations generations = GENERATIONS_NULL;
        int r = generations_read(&arena, profile, &generations);

        *ret_number = generations.current;
        return r;
}

/* All systems that may be started or activated have links meanwhile, whichever the manifest names when this ends in between. What cannot be
 * activated is not what the next system is built from, nor a generation. */
static int change_generation(Transition *t, unsigned *ret_before) {
        const char *profile = t->request->paths.profile, *before;
        unsigned number = t->new->number;
        bool added = false;
        int r;

        if ((r = change_system_prepare(t->request)) < 0 || (r = current_generation(profile, ret_before)) < 0 ||
                (r = nix_profile_target(&t->request->host.arena, profile, &before)) < 0 ||
                (number == 0 && (r = generations_add(profile, t->new->path, &number, &added)) < 0))
                return r;
        r = t->request->check > 0 ? try_system(t) : 0;
        if (r >= 0 && ((r = generations_set(profile, number)) < 0 || (r = declare_and_activate(t)) < 0))
                ignore_failure(nix_set_profile(profile, before));
        if (r < 0 && t->is_tried)
                take_back(t);
        else if (t->is_tried)
                ignore_failure(apply_note_switch(t->container->name, t->new->path));
        if (r < 0 && added)
                generations_delete(profile, number);
        if (r >= 0 && t->new->number == 0)
                generations_clean(profile, t->request->keep, *ret_before);
        return r;
}

int change_system(Request *request, const HostContainer *container, const NewSystem *system, unsigned *ret_before) {
        Transition transition = {.request = request,
                .container = container,
                .new = system,
                .running = host_system(&request->host, container)};
        int directory = -1, r = 0;

        if (system->manifest && system->number == 0)
                r = imperative_begin_configuration(request, &directory);
        if (r < 0)
                return r;
        r = change_generation(&transition, ret_before);
        if (directory >= 0 && configuration_end(request->paths.root, directory, r >= 0) < 0 && r >= 0)
                r = log_error(
                        EIO, "%s has its new system, but not the configuration it was built from.", container->name);
        return r;
}
