/* SPDX-License-Identifier: MIT */
#include "switch/apply.h"

#include "base/interrupt.h"
#include "base/memory.h"
#include "base/name-table.h"
#include "base/run-program.h"
#include "bus/jobs.h"
#include "bus/manager.h"
#include "config.h"
#include "state/record.h"
#include "systemd/log.h"

/* What is done with one container. */
typedef struct Step {
        const PlannedContainer *item;
        bool stop_first; /* a restart, by which another container gets what this one has */
        bool reloaded;   /* another system was activated, and there is more to be changed */
        bool done, failed;
} Step;

typedef struct Apply {
        const Plan *plan;
        sd_bus *bus;
        bool progress;
        Step *steps;
        Job *jobs;
        size_t jobs_length;
} Apply;

static const char *const being_done[ACTIONS_LENGTH] = {[ACTION_STOP] = "stopping",
        [ACTION_START] = "starting",
        [ACTION_UPDATE] = "updating",
        [ACTION_RELOAD] = "reloading",
        [ACTION_RESTART] = "restarting"};
static const char *const was_done[ACTIONS_LENGTH] = {[ACTION_STOP] = "stopped",
        [ACTION_START] = "started",
        [ACTION_UPDATE] = "updated",
        [ACTION_RELOAD] = "reloaded",
        [ACTION_RESTART] = "restarted"};

static void end_step(Step *step, bool good, const char *why) {
        const PlannedContainer *item = step->item;

        step->done = true;
        step->failed = !good;
        if (good)
                print_safely("%s: %s", item->name, was_done[item->action]);
        else
                print_safely("%s: failed to %s%s%s", item->name, action_names[item->action], why ? ": " : "",
                        why ? why : "");
        (void)fflush(stdout);
}

static bool has_live_changes(const PlannedContainer *item) {
        for (const OptionChange *change = item->changes; change; change = change->next)
                if (change->change == CHANGE_LIVE)
                        return true;
        return false;
}

/* Runs a verb of the program that units run, for the container of @item, with up to @length more operands. */
static bool run_for(const PlannedContainer *item, const char *verb, const char *const operands[], size_t length) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char **arguments = arena_alloc(&arena, (length + 5) * sizeof(*arguments));
        bool has_unit = strcmp(verb, "remove") != 0;
        size_t i = 0;
        int r;

        arguments[i++] = LIBEXECDIR "/container-runtime";
        arguments[i++] = verb;
        if (has_unit)
                arguments[i++] = UNITS_DIRECTORY;
        arguments[i++] = item->name;
        for (size_t j = 0; j < length; j++)
                arguments[i++] = operands[j];
        /* What has failed it says itself. */
        r = run_program((char **)arguments, &BUFFER_NULL);
        if (r < 0)
                (void)log_error(r, "%s: %m", arguments[0]);
        return r == 0;
}

static bool give_up_container(const PlannedContainer *item) {
        return run_for(item, "give-up", NULL, 0);
}

/* The bind mounts that it gets are added to what runs. */
static bool update(const PlannedContainer *item) {
        CLEANUP_FREE const char **operands = NULL;
        size_t length = 0, capacity = 0;

        for (const OptionChange *change = item->changes; change; change = change->next) {
                const BindMount *mount = change_added_bind_mount(change);
                const char *const words[] = {mount ? mount->host_path.text : NULL,
                        mount ? mount->mount_point.text : NULL,
                        mount && mount->is_read_only.mark.line != 0 && !mount->is_read_only.value ? "rw" : "ro"};

                for (size_t i = 0; mount && i < sizeof(words) / sizeof(words[0]); i++) {
                        operands = grow_array((void *)operands, length, &capacity, sizeof(*operands));
                        operands[length++] = words[i];
                }
        }
        return run_for(item, "update", operands, length);
}

int apply_return_to(const char *name, const char *system) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        char *const systemd_run[] = {(char *)TOOL_SYSTEMD_RUN, arena_join(&arena, "--machine=", name),
                (char *)"--quiet", (char *)"--collect", (char *)"--wait", (char *)"--pipe",
                (char *)"--service-type=exec", (char *)"--property=Conflicts=nixos-container-switch.service",
                (char *)"--property=After=nixos-container-switch.service", (char *)"--property=RuntimeMaxSec=10min",
                arena_join(&arena, system, "/bin/switch-to-configuration"), (char *)"test", NULL};
        int r = interrupt_end_program(start_program(systemd_run, &BUFFER_NULL, false));

        if (r < 0 && r != -ECHILD)
                return log_error(r, "%s: %m", systemd_run[0]);
        return r > 0 ? -EIO : r;
}

static void end_reload(Step *step, const char *result) {
        const PlannedContainer *item = step->item;

        if (strcmp(result, "failed") == 0 || strcmp(result, "timeout") == 0)
                end_step(step, false,
                        apply_return_to(item->name, item->running->system.text) >= 0
                                ? "the old system runs on"
                                : "the old system could not be activated again either");
        else if (strcmp(result, "done") != 0)
                end_step(step, false, result);
        else if (has_live_changes(item) && !give_up_container(item))
                end_step(step, false, "the new system was activated, but the rest could not be changed");
        else if (has_live_changes(item))
                step->reloaded = true; /* the rest comes when all have given up what others take */
        else
                end_step(step, update(item), "its record could not be written");
}

/* A container that has stopped meanwhile, as an earlier switch was at it too, may have no unit any more. */
static bool has_stopped(const Job *job, const char *container) {
        Arena arena = ARENA_NULL;
        bool stopped = strcmp(job->method, "StopUnit") == 0 &&
                       access(arena_join(&arena, RECORDS_DIRECTORY "/", container), F_OK) < 0;

        arena_free(&arena);
        return stopped;
}

static void end_job(const Job *job, void *userdata) {
        Step *step = job->userdata;
        bool done = strcmp(job->result, "done") == 0 || has_stopped(job, step->item->name);

        (void)userdata;
        /* There was nothing to stop for systemd. */
        if (step->item->action == ACTION_STOP && step->item->left_over)
                done = run_for(step->item, "remove", NULL, 0);
        if (step->item->action == ACTION_RELOAD)
                end_reload(step, job->result);
        else if (!step->stop_first || !done)
                end_step(step, done, strcmp(job->result, "failed") == 0 ? NULL : job->result);
}

static void add_job(Apply *apply, Step *step, const char *method) {
        apply->jobs[apply->jobs_length++] = (Job){
                .method = method,
                .unit = arena_printf(apply->plan->arena, "container@%s.service", step->item->name),
                .userdata = step,
        };
}

static void run_jobs(Apply *apply) {
        (void)jobs_run(apply->bus, apply->jobs, apply->jobs_length, end_job, NULL);
        jobs_free(apply->jobs, apply->jobs_length);
        apply->jobs_length = 0;
}

static bool is_to_take(const PlannedContainer *item) {
        return item->action >= ACTION_START && item->action <= ACTION_RESTART;
}

static bool has_claim(const Container *container, const char *claim) {
        for (uint32_t i = 0; container && i < container->claims_length; i++)
                if (strcmp(container->claims[i].text, claim) == 0)
                        return true;
        return false;
}

/* Finds the restarts by which other containers get what they claim: a stop of all of these comes before any start. */
static void find_stops(Apply *apply) {
        NameTable takers = NAME_TABLE_NULL;
        const Plan *plan = apply->plan;

        for (size_t i = 0; i < plan->length; i++) {
                const PlannedContainer *item = &plan->items[i];

                for (uint32_t j = 0; is_to_take(item) && j < item->declared->claims_length; j++)
                        if (!has_claim(item->running, item->declared->claims[j].text))
                                (void)name_table_add(&takers, item->declared->claims[j].text, apply);
        }
        for (size_t i = 0; i < plan->length; i++) {
                const PlannedContainer *item = &plan->items[i];

                for (uint32_t j = 0; item->action == ACTION_RESTART && j < item->running->claims_length; j++)
                        if (name_table_find(&takers, item->running->claims[j].text))
                                apply->steps[i].stop_first = true;
        }
        name_table_free(&takers);
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

                if ((item->action == ACTION_UPDATE && !give_up_container(item)) ||
                        (step->stop_first && record_mark_start(item->name) < 0))
                        end_step(step, false, NULL);
                else if (item->action == ACTION_STOP || step->stop_first)
                        add_job(apply, step, "StopUnit");
                else if (item->action == ACTION_RELOAD && has_live_changes(item))
                        add_job(apply, step, "ReloadUnit");
        }
        run_jobs(apply);
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
                        add_job(apply, step, "StartUnit");
                else if (step->item->action == ACTION_RESTART)
                        add_job(apply, step, "RestartUnit");
                step->stop_first = false;
        }
        run_jobs(apply);
}

/* The units of containers that are no longer declared are kept only while they run. */
static bool forget_removed(Apply *apply) {
        for (size_t i = 0; i < apply->plan->length; i++)
                if (apply->steps[i].item->action == ACTION_STOP && !apply->steps[i].failed)
                        return systemd_reload(apply->bus) >= 0;
        return true;
}

static void announce(const Apply *apply) {
        for (size_t i = 0; i < apply->plan->length; i++) {
                const PlannedContainer *item = &apply->plan->items[i];

                if (item->action == ACTION_KEEP)
                        print_safely("%s: left as it is, although it was changed: %s", item->name, item->reason);
                else if (item->action == ACTION_FAIL)
                        print_safely("%s: left as it is: %s", item->shown_name, item->reason);
                else if (item->action != ACTION_NONE && apply->progress)
                        print_safely("%s: %s…", item->name, being_done[item->action]);
        }
        (void)fflush(stdout);
}

/* Says which containers have failed, and where the reason is found. */
static bool conclude(const Apply *apply) {
        size_t failed = 0, done = 0;

        for (size_t i = 0; i < apply->plan->length; i++) {
                const Step *step = &apply->steps[i];

                failed += step->failed || step->item->action == ACTION_FAIL;
                done += step->done && !step->failed;
        }
        if (failed == 0)
                return true;
        log_message(LOG_ERR, "%zu of %zu containers failed:", failed, failed + done);
        for (size_t i = 0; i < apply->plan->length; i++) {
                const PlannedContainer *item = apply->steps[i].item;

                if (item->action == ACTION_FAIL)
                        log_message(LOG_ERR, "  %s: see nixos-container check", item->shown_name);
                else if (apply->steps[i].failed && item->action == ACTION_UPDATE)
                        log_message(LOG_ERR, "  %s: the reason is above", item->name);
                else if (apply->steps[i].failed)
                        log_message(LOG_ERR, "  %s: see journalctl -u container@%s", item->name, item->name);
        }
        return false;
}

/* The state of a unit called container@NAME.service changes the plan. */
static bool note_unsettled(Plan *plan, const char *unit, const char *active_state) {
        static const char prefix[] = "container@", suffix[] = ".service";
        size_t length = strlen(unit);

        if (length <= sizeof(prefix) + sizeof(suffix) - 2)
                return false;
        unit += sizeof(prefix) - 1;
        length -= sizeof(prefix) + sizeof(suffix) - 2;
        for (size_t i = 0; i < plan->length; i++) {
                PlannedContainer *item = &plan->items[i];

                if (strlen(item->name) != length || memcmp(item->name, unit, length) != 0)
                        continue;
                if (item->action == ACTION_NONE &&
                        (strcmp(active_state, "activating") == 0 || item->declared->auto_start.value))
                        item->action = ACTION_START;
                else if (item->action == ACTION_UPDATE || item->action == ACTION_RELOAD)
                        /* systemd would take a reload for done with the start that is under way. */
                        item->action = ACTION_RESTART;
                return item->action == ACTION_START;
        }
        return false;
}

bool apply_find_unsettled(Plan *plan, sd_bus *bus) {
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        const char *unit, *active_state;
        bool found = false;
        int r = systemd_call(bus, "ListUnitsByPatterns", &error, &reply, "asas", 2, "activating", "deactivating", 1,
                "container@*.service");

        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        while (r >= 0 && (r = sd_bus_message_read(reply, "(ssssssouso)", &unit, NULL, NULL, &active_state, NULL, NULL,
                                  NULL, NULL, NULL, NULL)) > 0)
                found = note_unsettled(plan, unit, active_state) || found;
        if (r < 0)
                log_message(LOG_ERR, "Cannot ask systemd what is being started: %s", bus_error_text(&error, r));
        return found;
}

int apply_plan(const Plan *plan, sd_bus *bus, bool progress) {
        CLEANUP_FREE Step *steps = reallocate(NULL, (plan->length + 1) * sizeof(*steps));
        CLEANUP_FREE Job *jobs = reallocate(NULL, (plan->length + 1) * sizeof(*jobs));
        Apply apply = {.plan = plan, .bus = bus, .progress = progress, .steps = steps, .jobs = jobs};
        bool good;

        for (size_t i = 0; i < plan->length; i++)
                steps[i] = (Step){.item = &plan->items[i]};
        find_stops(&apply);
        qsort(steps, plan->length, sizeof(*steps), compare_steps);
        announce(&apply);
        give_up(&apply);
        take_what_is_free(&apply);
        good = forget_removed(&apply);
        return conclude(&apply) && good ? 0 : -EIO;
}
