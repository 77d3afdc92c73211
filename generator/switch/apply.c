/* SPDX-License-Identifier: MIT */
#include "switch/apply.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/run-program.h"
#include "base/text.h"
#include "base/words.h"
#include "bus/jobs.h"
#include "bus/manager.h"
#include "bus/unit-log.h"
#include "config.h"
#include "manifest/order.h"
#include "state/profile.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

static const char runtime[] = LIBEXECDIR "/container-runtime";

/* systemctl status shows 10 lines of a log, and systemd says itself in 3 that a unit has failed. */
#define STATUS_LINES ((size_t)7)

/* What is done with one container. */
typedef struct Step {
        const PlannedContainer *item;
        bool stop_first; /* a restart, by which another container gets what this one has */
        bool reloaded;   /* another system was activated, and there is more to be changed */
        bool done, failed;
        char *status; /* the last that its service has had, until it is done */
        /* Of a service that has failed: the last status, and what it has logged. It may be restarted, and have others, soon. */
        const char *why;
        UnitLogQuery log;
} Step;

typedef struct Apply {
        const Plan *plan;
        sd_bus *bus;
        bool progress;
        Step *steps;
        Job *jobs;
        size_t jobs_length;
        uint64_t since; /* clock.h */
} Apply;

static void end_step(Step *step, int r, const char *why) {
        const PlannedContainer *item = step->item;
        const ActionWords *words = &action_words[item->action];

        step->done = true;
        step->failed = r < 0;
        if (r >= 0)
                print_safely("%s: %s", item->name, words->done);
        else
                print_safely("%s: failed to %s%s%s", item->name, words->name, why ? ": " : "", why ? why : "");
        (void)fflush(stdout);
}

static bool has_live_changes(const PlannedContainer *item) {
        for (const OptionChange *change = item->changes; change; change = change->next)
                if (change->change == CHANGE_LIVE)
                        return true;
        return false;
}

static int on_service_changed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error UNUSED) {
        const Apply *apply = userdata;
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_FREE char *unit = NULL;
        const char *status, *name;

        if (!service_read_status(signal, &unit, &status) || !(name = order_container(&arena, unit)))
                return 0;
        for (size_t i = 0; i < apply->plan->length; i++) {
                Step *step = &apply->steps[i];

                if (step->done || strcmp(step->item->name, name) != 0)
                        continue;
                free(step->status);
                step->status = duplicate(status);
        }
        return 0;
}

/* Runs the program that units run. What has failed it says itself. */
static int run_runtime(const char *const arguments[]) {
        int r = end_program(start_program((char *const *)arguments, &BUFFER_NULL, false));

        if (r < 0)
                return log_error(r, "Failed to run %s: %m", arguments[0]);
        return r > 0 ? -EIO : 0;
}

static int give_up_container(const PlannedContainer *item) {
        return run_runtime((const char *const[]){runtime, "give-up", UNITS_DIRECTORY, item->name, NULL});
}

/* Runs the program @arguments with three more for each mount in the changes of @item that require @change: what is mounted, where, and how. */
static int run_with_mounts(const char *const arguments[], const PlannedContainer *item, Change change) {
        CLEANUP_FREE const char **all = NULL;
        size_t length = 0, changes = 0;

        while (arguments[length])
                length++;
        for (const OptionChange *one = item->changes; one; one = one->next)
                changes++;
        all = reallocate(NULL, (length + 3 * changes + 1) * sizeof(*all));
        memcpy(all, arguments, length * sizeof(*all));
        for (const OptionChange *one = item->changes; one; one = one->next) {
                if (!one->mount || one->change != change)
                        continue;
                all[length++] = one->mount->host_path.text;
                all[length++] = one->mount->mount_point.text;
                all[length++] = one->mount->is_read_only.value ? "ro" : "rw";
        }
        all[length] = NULL;
        return run_runtime(all);
}

/* The bind mounts that it gets are added to what runs. */
static int update(const PlannedContainer *item) {
        return run_with_mounts(
                (const char *const[]){runtime, "update", UNITS_DIRECTORY, item->name, NULL}, item, CHANGE_LIVE);
}

/* Mounts again what has other content by now: that takes a reload. */
static int renew(const PlannedContainer *item) {
        for (const OptionChange *change = item->changes; change; change = change->next)
                if (change->mount && change->change == CHANGE_RELOAD)
                        return run_with_mounts(
                                (const char *const[]){runtime, "renew", item->name, NULL}, item, CHANGE_RELOAD);
        return 0;
}

int apply_switch(const char *name, const char *system, const char *limit) {
        const char *const arguments[] = {runtime, "switch", name, limit, system, NULL};
        int r = interrupt_end_program(start_program((char *const *)arguments, &BUFFER_NULL, false), 0);

        if (r < 0 && r != -ECHILD)
                return log_error(r, "Failed to run %s: %m", arguments[0]);
        return r > 0 ? -EIO : r;
}

int apply_return_to(const char *name, const char *system, const char *limit) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *const arguments[] = {runtime, "reload", limit, TOOL_SYSTEMD_RUN,
                arena_join(&arena, "--machine=", name), "--quiet", "--collect", "--wait", "--pipe",
                "--service-type=exec", "--property=Conflicts=nixos-container-switch.service",
                "--property=After=nixos-container-switch.service",
                arena_join(&arena, system, "/bin/switch-to-configuration"), "test", NULL};
        int r = interrupt_end_program(start_program((char *const *)arguments, &BUFFER_NULL, false), 0);

        if (r < 0 && r != -ECHILD)
                return log_error(r, "Failed to run %s: %m", arguments[0]);
        return r > 0 ? -EIO : r;
}

int apply_note_switch(const char *name, const char *system) {
        return run_runtime((const char *const[]){runtime, "reloaded", name, system, NULL});
}

int apply_switch_back(const char *name, const char *system, const char *limit) {
        int r = apply_return_to(name, system, limit);

        return r < 0 ? r : apply_note_switch(name, system);
}

static void end_reload(Step *step, const char *result) {
        const PlannedContainer *item = step->item;

        if (is_one_of(result, "failed", "timeout"))
                end_step(step, -EIO,
                        apply_return_to(item->name, item->running->system.text,
                                item->running->rare->timeout_reload_sec.text) >= 0
                                ? "the old system was reactivated"
                                : "failed to reactivate the old system");
        else if (strcmp(result, "done") != 0)
                end_step(step, -EIO, result);
        else if (!has_live_changes(item))
                end_step(step, update(item), "failed to write its state record");
        else if (give_up_container(item) < 0)
                end_step(step, -EIO, "the new system was activated, but other changes failed");
        else
                step->reloaded = true; /* the rest comes when all have given up what others take */
}

/* For systemd a start that a condition keeps from being one has succeeded. */
static void end_start(const Apply *apply, Step *step, const char *unit) {
        CLEANUP_FREE char *condition = unit_failed_condition(apply->bus, unit);
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *name = step->item->name;

        if (!condition) {
                end_step(step, 0, NULL);
                return;
        }
        step->done = true;
        if (profile_is_missing(&arena, "", name, step->item->declared->system.text))
                print_safely("%s: not started: " NOTHING_DEPLOYED, name, name);
        else
                print_safely("%s: not started: condition %s failed", name, condition);
        (void)fflush(stdout);
}

static void note_failure(const Apply *apply, Step *step, const char *unit) {
        const char *invocation = unit_invocation(apply->plan->arena, apply->bus, unit);

        step->why = step->status;
        if (invocation)
                step->log = unit_log_of_invocation(apply->plan->arena, apply->bus, unit, invocation);
}

static void end_job(const Job *job, void *userdata) {
        const Apply *apply = userdata;
        Step *step = job->userdata;
        const PlannedContainer *item = step->item;
        int r = strcmp(job->result, "done") == 0 ? 0 : -EIO;

        if (is_one_of(job->result, "failed", "timeout"))
                note_failure(apply, step, job->unit);
        /* One that has stopped meanwhile, as an earlier switch was at it too, may have no unit any more. */
        if (r < 0 && strcmp(job->method, "StopUnit") == 0 &&
                !path_exists(arena_join(apply->plan->arena, RECORDS_DIRECTORY "/", item->name)))
                r = 0;
        /* There was nothing to stop for systemd. */
        if (item->action == ACTION_STOP && item->left_over)
                r = run_runtime((const char *const[]){runtime, "remove", item->name, NULL});
        /* How it has ended is nobody's concern, and its unit is gone with that. */
        if (item->action == ACTION_STOP && !item->declared && r >= 0)
                r = unit_reset_failed(apply->bus, job->unit);
        if (item->action == ACTION_RELOAD)
                end_reload(step, job->result);
        else if (r >= 0 && is_one_of(job->method, "StartUnit", "RestartUnit"))
                end_start(apply, step, job->unit);
        else if (!step->stop_first || r < 0)
                end_step(step, r, strcmp(job->result, "failed") == 0 ? NULL : job->result);
}

static void add_job(Apply *apply, Step *step, const char *method) {
        apply->jobs[apply->jobs_length++] = (Job){
                .method = method,
                .unit = container_unit(apply->plan->arena, step->item->name),
                .userdata = step,
        };
}

static void run_jobs(Apply *apply) {
        (void)jobs_run(apply->bus, apply->jobs, apply->jobs_length, end_job, apply);
        jobs_free(apply->jobs, apply->jobs_length);
        apply->jobs_length = 0;
}

static bool has_claim(const Container *container, const char *claim) {
        for (uint32_t i = 0; container && i < container->claims_length; i++)
                if (strcmp(container->claims[i].text, claim) == 0)
                        return true;
        return false;
}

/* Finds the restarts by which other containers get what they claim: a stop of all of these comes before any start. */
static void find_stops(Apply *apply) {
        CLEANUP(name_table_free) NameTable takers = NAME_TABLE_NULL;
        const Plan *plan = apply->plan;

        for (size_t i = 0; i < plan->length; i++) {
                const PlannedContainer *item = &plan->items[i];

                if (item->action < ACTION_START || item->action > ACTION_RESTART)
                        continue;
                for (uint32_t j = 0; j < item->declared->claims_length; j++)
                        if (!has_claim(item->running, item->declared->claims[j].text))
                                (void)name_table_add(&takers, item->declared->claims[j].text, apply);
        }
        for (size_t i = 0; i < plan->length; i++) {
                const PlannedContainer *item = &plan->items[i];

                for (uint32_t j = 0; item->action == ACTION_RESTART && j < item->running->claims_length; j++)
                        if (name_table_find(&takers, item->running->claims[j].text))
                                apply->steps[i].stop_first = true;
        }
}

static uint32_t start_rank(const PlannedContainer *item) {
        const Container *container = item->declared ? item->declared : item->running;

        return container ? container->rare->start_rank : 0;
}

/* Containers that start after others stand behind them, all else as in the plan. */
static int compare_steps(const void *a, const void *b) {
        const Step *left = a, *right = b;
        uint32_t left_rank = start_rank(left->item), right_rank = start_rank(right->item);

        if (left_rank != right_rank)
                return left_rank > right_rank ? 1 : -1;
        return (left->item > right->item) - (left->item < right->item);
}

/* All that frees something, in the order in which containers stop: systemd knows no jobs that are still to come. A reload that is to
 * free something comes first: if it fails the rest is left as it is. */
static void give_up(Apply *apply) {
        for (size_t i = apply->plan->length; i-- > 0;) {
                Step *step = &apply->steps[i];
                const PlannedContainer *item = step->item;

                if ((item->action == ACTION_UPDATE && give_up_container(item) < 0) ||
                        (item->action == ACTION_RELOAD && renew(item) < 0) ||
                        (step->stop_first && record_mark_start(item->name) < 0))
                        end_step(step, -EIO, NULL);
                else if (item->action == ACTION_STOP || step->stop_first)
                        add_job(apply, step, "StopUnit");
                else if (item->action == ACTION_RELOAD && has_live_changes(item))
                        add_job(apply, step, "ReloadUnit");
        }
        run_jobs(apply);
}

/* systemd would refuse one that has come to the limit of its starts. */
static void start(Apply *apply, Step *step) {
        ignore_failure(unit_reset_failed(apply->bus, container_unit(apply->plan->arena, step->item->name)));
        add_job(apply, step, "StartUnit");
}

/* All that takes something, and all else, in the order in which containers start. */
static void take_what_is_free(Apply *apply) {
        for (size_t i = 0; i < apply->plan->length; i++) {
                Step *step = &apply->steps[i];

                if (step->done)
                        continue;
                if (step->item->action == ACTION_UPDATE || step->reloaded)
                        end_step(step, update(step->item), NULL);
                else if (step->item->action == ACTION_RELOAD)
                        add_job(apply, step, "ReloadUnit");
                else if (step->item->action == ACTION_START || step->stop_first)
                        start(apply, step);
                else if (step->item->action == ACTION_RESTART)
                        add_job(apply, step, "RestartUnit");
                step->stop_first = false;
        }
        run_jobs(apply);
}

/* The units of containers that are no longer declared are kept only while they run. */
static int forget_removed(const Apply *apply) {
        for (size_t i = 0; i < apply->plan->length; i++)
                if (apply->steps[i].item->action == ACTION_STOP && !apply->steps[i].failed)
                        return systemd_reload(apply->bus);
        return 0;
}

static void announce(const Apply *apply) {
        for (size_t i = 0; i < apply->plan->length; i++) {
                const PlannedContainer *item = &apply->plan->items[i];

                if (item->action == ACTION_KEEP)
                        print_safely("%s: unchanged despite a new configuration: %s", item->name, item->reason);
                else if (item->action == ACTION_FAIL)
                        print_safely("%s: unchanged: %s", item->shown_name, item->reason);
                else if (item->action != ACTION_NONE && apply->progress)
                        print_safely("%s: %s…", item->name, action_words[item->action].being_done);
        }
        (void)fflush(stdout);
}

int apply_end(const char *name) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        /* Mostly that was done in the meantime. */
        return path_exists(arena_join(&arena, RECORDS_DIRECTORY "/", name))
                       ? run_runtime((const char *const[]){runtime, "end", name, NULL})
                       : 0;
}

/* All that was stopped has been by now. */
static void end_stopped(Apply *apply) {
        for (size_t i = 0; i < apply->plan->length; i++) {
                Step *step = &apply->steps[i];

                if (step->item->action == ACTION_STOP && !step->failed && apply_end(step->item->name) < 0)
                        step->failed = true;
        }
}

/* What a service that has failed has logged last, in one line, or else its status. NULL if there is neither. */
static const char *failure_text(const Apply *apply, const Step *step) {
        Arena *arena = apply->plan->arena;
        const char *text = step->log.match ? unit_log_summary(arena, step->log) : NULL;

        return text ? text : step->why && *step->why ? printable(arena, step->why) : NULL;
}

/* Says why it has failed, or else what systemd has logged of it. */
static void show_log(const Apply *apply, const Step *step, size_t length) {
        Arena *arena = apply->plan->arena;
        const char *unit = container_unit(arena, step->item->name), *lines[STATUS_LINES];
        UnitLogQuery query = {.match = arena_join(arena, "_SYSTEMD_UNIT=", unit), .since = apply->since};
        size_t found = 0;

        if (step->item->action == ACTION_RELOAD) {
                /* What the container says on its console, systemd-nspawn's output, is not why it could not be reloaded. */
                query.left_out = service_main_process(apply->bus, unit);
                found = unit_log_read(arena, query, length, lines);
        } else if (length > 0) {
                lines[0] = failure_text(apply, step);
                found = lines[0] != NULL;
        }
        if (found == 0) {
                query = (UnitLogQuery){.match = arena_join(arena, "UNIT=", unit), .since = apply->since};
                found = unit_log_read(arena, query, length, lines);
        }
        for (size_t i = 0; i < found; i++)
                log_message(LOG_ERR, "    %s", lines[i]);
}

/* Says which container has failed, and where the reason is found, with @lines of it. */
static void conclude_one(const Apply *apply, const Step *step, size_t lines) {
        const PlannedContainer *item = step->item;

        if (item->action == ACTION_FAIL) {
                log_message(LOG_ERR, "  %s: see nixos-container check", item->shown_name);
                if (lines > 0)
                        log_message(LOG_ERR, "    %s", item->reason);
        } else if (item->action == ACTION_UPDATE) {
                log_message(LOG_ERR, "  %s: see above", item->name);
        } else {
                log_message(LOG_ERR, "  %s: see journalctl -u container@%s", item->name, item->name);
                show_log(apply, step, lines);
        }
}

/* Says which containers have failed: so that systemctl status of a unit that has applied the plan shows it all, if possible. */
static int conclude(const Apply *apply) {
        size_t failed = 0, done = 0, lines;

        for (size_t i = 0; i < apply->plan->length; i++) {
                const Step *step = &apply->steps[i];

                failed += step->failed || step->item->action == ACTION_FAIL;
                done += step->done && !step->failed;
        }
        if (failed == 0)
                return 0;
        lines = failed + 1 < STATUS_LINES ? (STATUS_LINES - 1 - failed) / failed : 0;
        unit_log_sync();
        log_message(LOG_ERR, "%zu of %zu containers failed:", failed, failed + done);
        for (size_t i = 0; i < apply->plan->length; i++)
                if (apply->steps[i].failed || apply->steps[i].item->action == ACTION_FAIL)
                        conclude_one(apply, &apply->steps[i], lines);
        return -EIO;
}

int apply_plan(const Plan *plan, sd_bus *bus, bool progress) {
        CLEANUP_FREE Step *steps = reallocate(NULL, (plan->length + 1) * sizeof(*steps));
        CLEANUP_BUS_SLOT sd_bus_slot *watch = NULL;
        CLEANUP_FREE Job *jobs = reallocate(NULL, (plan->length + 1) * sizeof(*jobs));
        Apply apply = {
                .plan = plan, .bus = bus, .progress = progress, .steps = steps, .jobs = jobs, .since = clock_usec()};
        int r, failed;

        for (size_t i = 0; i < plan->length; i++)
                steps[i] = (Step){.item = &plan->items[i]};
        r = service_watch(bus, &watch, on_service_changed, &apply);
        if (r < 0)
                return log_error(r, "Failed to subscribe to changes of services: %m");
        find_stops(&apply);
        qsort(steps, plan->length, sizeof(*steps), compare_steps);
        announce(&apply);
        give_up(&apply);
        take_what_is_free(&apply);
        end_stopped(&apply);
        r = forget_removed(&apply);
        failed = conclude(&apply);
        for (size_t i = 0; i < plan->length; i++)
                free(steps[i].status);
        return failed < 0 ? failed : r;
}
