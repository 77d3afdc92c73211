/* SPDX-License-Identifier: MIT */
#include "switch/plan.h"

#include "base/file.h"
#include "base/memory.h"
#include "manifest/entry.h"
#include "manifest/model.h"
#include "manifest/order.h"
#include "state/control-groups.h"
#include "state/drop-ins.h"
#include "state/profile.h"
#include "state/record.h"
#include "systemd/escape.h"
#include "systemd/log.h"

/* Of several changes the one that takes most decides. */
_Static_assert(CHANGE_LIVE < CHANGE_RELOAD && CHANGE_RELOAD < CHANGE_RESTART, "what changes take is in order");
_Static_assert(ACTION_NONE < ACTION_UPDATE && ACTION_UPDATE < ACTION_RELOAD && ACTION_RELOAD < ACTION_RESTART,
        "the actions for it are in the same order");

const ActionWords action_words[ACTIONS_LENGTH] = {
        [ACTION_NONE] = {"none", NULL, NULL, NULL},
        [ACTION_STOP] = {"stop", "stopping", "stopped", "\033[31m"},
        [ACTION_START] = {"start", "starting", "started", "\033[32m"},
        [ACTION_UPDATE] = {"update", "updating", "updated", "\033[36m"},
        [ACTION_RELOAD] = {"reload", "reloading", "reloaded", "\033[36m"},
        [ACTION_RESTART] = {"restart", "restarting", "restarted", "\033[33m"},
        [ACTION_KEEP] = {"keep", NULL, NULL, "\033[2m"},
        [ACTION_FAIL] = {"fail", NULL, NULL, "\033[1;31m"},
};

/* The state records, and room for the path of a file there. */
typedef struct Records {
        const char *directory;
        Buffer path;
} Records;

/* The path of @file of the container @name, up to the next call. This is run for every container, so nothing is formatted. */
static const char *record_file(Records *records, const char *name, const char *file) {
        Buffer *path = &records->path;

        path->length = 0;
        buffer_append_text(path, records->directory);
        buffer_append_text(path, "/");
        buffer_append_text(path, name);
        buffer_append_text(path, "/");
        buffer_append(path, file, strlen(file) + 1);
        return path->text;
}

/* The containers whose units are active, or becoming it or the contrary: only then systemd has such a link, by which journald knows the run of
 * a unit. Where it cannot be told, all are taken for active. */
typedef struct ActiveUnits {
        NameTable names;
        bool unknown;
} ActiveUnits;

static void active_units_read(ActiveUnits *active, Arena *arena, const char *root) {
        CLEANUP_CLOSEDIR DIR *directory = opendir(arena_join(arena, root, "/run/systemd/units"));
        const struct dirent *entry = NULL;

        while (directory && (errno = 0, entry = readdir(directory))) {
                const char *unit = text_behind(entry->d_name, "invocation:container@"), *end;

                if (unit && (end = strrchr(unit, '.')) && strcmp(end, ".service") == 0) {
                        const char *name = arena_copy(arena, unit, (size_t)(end - unit));

                        (void)name_table_add(&active->names, name, (void *)name);
                }
        }
        active->unknown = errno != 0;
}

static bool has_active_unit(const ActiveUnits *active, const char *name) {
        return active->unknown || name_table_find(&active->names, name);
}

/* Whether a container was started as it is declared, as far as its record shows that to the byte. */
static bool is_as_started(Records *records, const Container *declared, Window *window, Buffer *entry) {
        CLEANUP_BUFFER Buffer recorded = BUFFER_NULL;
        const char *name = declared->name.text;

        return !declared->broken && entry_read(declared, window, entry) >= 0 &&
               read_file(record_file(records, name, RECORD_MANIFEST), &recorded) >= 0 &&
               entry_is_recorded(declared, entry, &recorded) && !path_exists(record_file(records, name, RECORD_SYSTEM));
}

/* Reads how a container was started; nothing is written if the record does not tell, as it is of another version. */
static int read_running(Plan *plan, const char *records, const char *name, const Container **ret_running) {
        size_t before = plan->running.length, errors = plan->running.diagnostics.errors;
        Container *container;
        const char *system;
        int r;

        plan->running.read_error = 0;
        manifest_read(&plan->running, arena_printf(plan->arena, "%s/%s/" RECORD_MANIFEST, records, name), name);
        manifest_close(&plan->running);
        if (is_no_file(plan->running.read_error))
                return 0;
        if (plan->running.read_error != 0)
                return log_error(plan->running.read_error, "Failed to read the state record of container %s: %m", name);
        if (plan->running.diagnostics.errors > errors || plan->running.length != before + 1)
                return 0;
        container = plan->running.containers[before];
        r = record_read_system(plan->arena, arena_printf(plan->arena, "%s/%s", records, name), &system);
        if (r < 0 && !is_no_file(r))
                return r;
        if (r >= 0 && system)
                container->system.text = system;
        *ret_running = container;
        return 0;
}

/* A name that no container can have, in quotes. */
static const char *shown_name(Arena *arena, const char *name) {
        return is_container_name(name) ? name : escape_message(arena, name, strlen(name));
}

static PlannedContainer *add_item(Plan *plan, const char *name) {
        plan->items = grow_array(plan->items, plan->length, &plan->capacity, sizeof(*plan->items));
        plan->items[plan->length] = (PlannedContainer){.name = name, .shown_name = shown_name(plan->arena, name)};
        return &plan->items[plan->length++];
}

/* The first error about @container, or else about the whole file that it is in: one of them has broken it. */
static const char *first_error(const Diagnostics *diagnostics, const Container *container) {
        const Errors *errors = diagnostics_errors(diagnostics, container->name.text, NULL);

        if (!errors)
                errors = diagnostics_errors(diagnostics, NULL, container->file);
        return errors->first->text;
}

/* Decides by what is set for the unit beside. Returns whether it says that the container is to be left as it is. */
static bool decide_by_drop_ins(PlannedContainer *item, Records *records, const DropIns *drop_ins) {
        CLEANUP_BUFFER Buffer old = BUFFER_NULL, new = BUFFER_NULL;
        Change change;

        drop_ins_read_found(drop_ins, item->name, &new);
        if (read_file(record_file(records, item->name, RECORD_DROP_INS), &old) < 0)
                return drop_ins_keep(&new);
        change = compare_drop_ins(&old, &new);
        if (change != CHANGE_NOTHING) {
                item->action = change == CHANGE_RELOAD ? ACTION_RELOAD : ACTION_RESTART;
                item->reason = "drop-ins changed";
        }
        return drop_ins_keep(&new);
}

/* Adds to the changes of a container that runs the secrets whose content is another than at its start. */
static void add_secrets(Plan *plan, PlannedContainer *item, const char *root, Records *records) {
        CLEANUP_BUFFER Buffer secrets = BUFFER_NULL;
        OptionChange **end = &item->changes;

        if (read_file(record_file(records, item->name, RECORD_SECRETS), &secrets) < 0)
                return;
        while (*end)
                end = &(*end)->next;
        *end = compare_secrets(plan->arena, root, records->directory, item->running, item->declared, &secrets);
}

static void decide_by_changes(PlannedContainer *item, bool is_unfinished, bool is_kept) {
        static const Action actions[] = {[CHANGE_NOTHING] = ACTION_NONE,
                [CHANGE_LIVE] = ACTION_UPDATE,
                [CHANGE_RELOAD] = ACTION_RELOAD,
                [CHANGE_RESTART] = ACTION_RESTART};

        for (const OptionChange *change = item->changes; change; change = change->next)
                if (actions[change->change] > item->action)
                        item->action = actions[change->change];
        if (is_unfinished) {
                item->action = ACTION_RESTART;
                item->reason = "an earlier change is incomplete";
        }
        if (item->action != ACTION_NONE && (is_kept || !item->declared->restart_if_changed.value)) {
                item->action = ACTION_KEEP;
                item->reason = "restartIfChanged is false";
        }
        /* Only a secret requires nothing. */
        if (item->action == ACTION_NONE && item->changes) {
                item->action = ACTION_KEEP;
                item->reason = "onSecretChange is ignore";
        }
}

/* What becomes of a container that does not run. */
static void decide_of_stopped(Plan *plan, PlannedContainer *item, const char *root, const char *records) {
        item->action = item->declared->auto_start.value ? ACTION_START : ACTION_NONE;
        if (item->action == ACTION_START &&
                profile_is_missing(plan->arena, root, item->name, item->declared->system.text))
                item->reason = arena_printf(plan->arena, NOTHING_DEPLOYED, item->name);
        if (path_exists(arena_printf(plan->arena, "%s/" RECORD_START_MARK, records, item->name))) {
                item->action = ACTION_START;
                item->reason = "stopped by an incomplete switch";
        }
        if (path_exists(arena_printf(plan->arena, "%s/" RECORD_OTHER_MARK, records, item->name))) {
                item->action = ACTION_START;
                item->reason = "ran as another unit before the switch";
        }
        if (item->left_over) {
                item->action = item->action == ACTION_NONE ? ACTION_STOP : item->action;
                item->reason = "not stopped cleanly";
        }
}

/* Compares the container that runs with what it would be started with: a system in a profile is what that leads to. One that an earlier version
 * has started does not tell what that was. */
static OptionChange *find_changes(const Plan *plan, const PlannedContainer *item, const char *root) {
        Container declared = *item->declared;
        const char *system = declared.system.text;

        if (strcmp(item->running->system.text, system) != 0 &&
                (system = profile_system(plan->arena, root, item->name, system)))
                declared.system.text = system;
        return compare_containers(plan->arena, root, item->running, &declared);
}

static void decide_of_undeclared(const Plan *plan, PlannedContainer *item) {
        /* It has ended meanwhile. */
        if (!item->runs && !item->left_over)
                return;
        item->action = plan->is_incomplete ? ACTION_FAIL : ACTION_STOP;
        item->reason = plan->is_incomplete ? "may be declared in an invalid manifest" : "undeclared";
}

static void decide(
        Plan *plan, PlannedContainer *item, const DropIns *drop_ins, Records *records, const Manifest *manifest) {
        if (!item->declared) {
                decide_of_undeclared(plan, item);
        } else if (item->declared->broken) {
                item->action = ACTION_FAIL;
                item->reason = first_error(&manifest->diagnostics, item->declared);
        } else if (!item->runs) {
                decide_of_stopped(plan, item, drop_ins->root, records->directory);
        } else if (!item->running) {
                item->action = ACTION_KEEP;
                if (!item->reason)
                        item->reason = "no usable state record: restart it";
        } else {
                if (item->running != item->declared)
                        item->changes = find_changes(plan, item, drop_ins->root);
                add_secrets(plan, item, drop_ins->root, records);
                decide_by_changes(item, path_exists(record_file(records, item->name, RECORD_UNFINISHED)),
                        decide_by_drop_ins(item, records, drop_ins));
        }
}

static int compare_items(const void *a, const void *b) {
        return strcmp(((const PlannedContainer *)a)->name, ((const PlannedContainer *)b)->name);
}

static void sort_items(Plan *plan) {
        if (plan->length > 0)
                qsort(plan->items, plan->length, sizeof(*plan->items), compare_items);
}

/* That with @name among the first @length, which are sorted. */
static PlannedContainer *find_item(const Plan *plan, size_t length, const char *name) {
        PlannedContainer key = {.name = name};

        return length > 0 ? bsearch(&key, plan->items, length, sizeof(*plan->items), compare_items) : NULL;
}

PlannedContainer *plan_find(const Plan *plan, const char *name) {
        return find_item(plan, plan->length, name);
}

/* The container of which @entry is the record, or the rest of the only record that it has. NULL for anything else. */
static const char *name_of_record(Plan *plan, const char *records, const char *entry) {
        size_t length = strlen(entry);
        const char *name;

        if (entry[0] != '.')
                return arena_copy(plan->arena, entry, length);
        if (length <= 5 || strcmp(entry + length - 4, ".new") != 0)
                return NULL;
        name = arena_copy(plan->arena, entry + 1, length - 5);
        return path_exists(arena_printf(plan->arena, "%s/%s", records, name)) ? NULL : name;
}

/* Adds the containers that have records, by name. */
static int add_recorded(Plan *plan, const char *records) {
        CLEANUP_CLOSEDIR DIR *directory = opendir(records);
        const struct dirent *entry;

        if (!directory && errno == ENOENT)
                return 0;
        if (!directory && errno == EACCES)
                return log_error(EACCES, "Failed to read %s: must be root", records);
        while (directory && (errno = 0, entry = readdir(directory))) {
                const char *name = name_of_record(plan, records, entry->d_name);

                if (name)
                        (void)add_item(plan, name);
        }
        if (errno != 0)
                return log_error(errno, "Failed to read %s: %m", records);
        /* In this order they most often stand in the manifest too. */
        sort_items(plan);
        return 0;
}

/* Finds how a container that runs was started. */
static int find_running(Plan *plan, PlannedContainer *item, Records *records, Window *window, Buffer *text) {
        const char *directory = records->directory, *unknown = NULL;
        int r;

        if (item->declared && is_as_started(records, item->declared, window, text)) {
                item->running = item->declared;
                return 0;
        }
        r = record_check_format(plan->arena, arena_printf(plan->arena, "%s/%s", directory, item->name), &unknown);
        if (r >= 0 && unknown)
                item->reason = arena_printf(plan->arena, "%s: restart it", unknown);
        else if (r >= 0)
                r = read_running(plan, directory, item->name, &item->running);
        return r < 0 && !is_no_file(r) ? r : 0;
}

/* Adds the containers that run, by their records. */
static int add_running(Plan *plan, const NameTable *names, const char *root, Records *records) {
        Window window = WINDOW_NULL;
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        ActiveUnits active = {.names = NAME_TABLE_NULL};
        int r = add_recorded(plan, records->directory);

        /* After the records: those of containers that start meanwhile are not seen. */
        active_units_read(&active, plan->arena, root);
        for (size_t i = 0; i < plan->length && r >= 0; i++) {
                PlannedContainer *item = &plan->items[i];

                item->declared = name_table_find(names, item->name);
                item->runs = has_active_unit(&active, item->name);
                /* One that has only just ended has its record for a moment more. */
                item->left_over = !item->runs && !control_groups_wait_for_end(item->name);
                if (item->runs)
                        r = find_running(plan, item, records, &window, &text);
        }
        buffer_free(&window.text);
        name_table_free(&active.names);
        return r;
}

/* A container that @item requires and that is restarted, or NULL. */
static const char *required_restart(const Plan *plan, const PlannedContainer *item) {
        for_each_item(Text, unit, &item->declared->rare->requires) {
                const char *name = order_container(plan->arena, unit->text);
                const PlannedContainer *required = name ? plan_find(plan, name) : NULL;

                if (required && required->action == ACTION_RESTART)
                        return name;
        }
        return NULL;
}

/* systemd restarts a container with one that it requires, and stops it where that one is stopped first: so it is restarted, too. */
static void restart_with_required(Plan *plan) {
        for (bool found = true; found;) {
                found = false;
                for (size_t i = 0; i < plan->length; i++) {
                        PlannedContainer *item = &plan->items[i];
                        const char *name;

                        if (!item->declared || !item->running || item->action == ACTION_RESTART ||
                                item->action == ACTION_FAIL || !(name = required_restart(plan, item)))
                                continue;
                        item->action = ACTION_RESTART;
                        item->reason = arena_printf(plan->arena, "requires %s, which is restarted", name);
                        found = true;
                }
        }
}

int plan_make(Plan *plan, const Manifest *manifest, const char *root) {
        Records records = {.directory = arena_join(manifest->arena, root, RECORDS_DIRECTORY)};
        CLEANUP_DROP_INS DropIns drop_ins = {0};
        size_t recorded;
        int r;

        *plan = (Plan){.arena = manifest->arena, .is_incomplete = manifest->is_incomplete};
        manifest_init(&plan->running, manifest->arena);
        r = add_running(plan, &manifest->names, root, &records);
        if (r < 0)
                return r;
        recorded = plan->length;
        for (size_t i = 0; i < manifest->length; i++) {
                Container *container = manifest->containers[i];

                if (!container->is_duplicate && !find_item(plan, recorded, container->name.text))
                        add_item(plan, container->name.text)->declared = container;
        }
        /* For what they claim; nothing else is asked of them any more. */
        model_check(&plan->running, root, MODEL_OPTIONS);
        drop_ins_find(&drop_ins, plan->arena, root);
        for (size_t i = 0; i < plan->length; i++)
                decide(plan, &plan->items[i], &drop_ins, &records, manifest);
        buffer_free(&records.path);
        if (plan->length > recorded)
                sort_items(plan);
        restart_with_required(plan);
        return 0;
}

void plan_add_removed(Plan *plan, const char *name) {
        decide_of_undeclared(plan, add_item(plan, arena_copy(plan->arena, name, strlen(name))));
        sort_items(plan);
}

bool plan_is_empty(const Plan *plan) {
        for (size_t i = 0; i < plan->length; i++)
                if (plan->items[i].action != ACTION_NONE)
                        return false;
        return true;
}

void plan_free(Plan *plan) {
        manifest_free(&plan->running);
        free(plan->items);
        *plan = (Plan){0};
}
