#include "switch/plan.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "manifest/entry.h"
#include "manifest/model.h"
#include "manifest/mounts.h"
#include "manifest/order.h"
#include "state/paths.h"
#include "state/record.h"
#include "systemd/escape.h"
#include "systemd/log.h"
#include "systemd/option-path.h"

const char *const action_names[ACTIONS_LENGTH] = {
        [ACTION_NONE] = "none",
        [ACTION_STOP] = "stop",
        [ACTION_START] = "start",
        [ACTION_UPDATE] = "update",
        [ACTION_RELOAD] = "reload",
        [ACTION_RESTART] = "restart",
        [ACTION_KEEP] = "keep",
        [ACTION_FAIL] = "fail",
};

/* Two containers of one name, and where the differences go. */
typedef struct Comparison {
        Arena *arena;
        const char *root;
        const Container *old, *new;
        OptionChange **end;
} Comparison;

/* Every value starts with its mark. */
static bool is_given(const void *value) {
        return ((const Mark *)value)->line > 0;
}

static const char *object_text(Arena *arena, const Field *fields, const void *object);

static const void *item_of(const Field *field, const List *list, uint32_t i) {
        return (const char *)list->items + i * (field->kind == FIELD_LIST ? field->type->size : field->size);
}

static const char *item_text(Arena *arena, const Field *field, const void *item) {
        return field->kind == FIELD_LIST ? field->type->format(arena, item) : object_text(arena, field->fields, item);
}

static const char *list_text(Arena *arena, const Field *field, const List *list) {
        const char *text = "[";

        for (uint32_t i = 0; i < list->length; i++) {
                const void *item = item_of(field, list, i);

                text = arena_printf(arena, "%s%s%s", text, i > 0 ? ", " : "", item_text(arena, field, item));
        }
        return arena_join(arena, text, "]");
}

/* A value as JSON, what it is by itself where it was not given, or NULL. No object has any that are named in it. */
static const char *value_text(Arena *arena, const Field *field, const void *value) {
        if (field->kind == FIELD_SCALAR)
                return is_given(value) ? field->type->format(arena, value) : field->fallback;
        return ((const List *)value)->length > 0 ? list_text(arena, field, value) : NULL;
}

static const char *object_text(Arena *arena, const Field *fields, const void *object) {
        const char *text = "{";

        for (const Field *field = fields; field->name; field++) {
                const char *value = value_text(arena, field, field_value(field, object));

                if (value)
                        text = arena_printf(arena, "%s%s\"%s\": %s", text, text[1] ? ", " : "", field->name, value);
        }
        return arena_join(arena, text, "}");
}

/* The bind mount that @option is the path of, or NULL. */
static const BindMount *find_bind_mount(const Container *container, const char *option) {
        static const char prefix[] = "bindMounts.";
        const BindMount *mounts = container->bind_mounts.items, *found = NULL;
        Arena arena = ARENA_NULL;

        if (strncmp(option, prefix, sizeof(prefix) - 1) != 0)
                return NULL;
        for (uint32_t i = 0; i < container->bind_mounts.length && !found; i++)
                if (strcmp(option + sizeof(prefix) - 1, option_path_part(&arena, mounts[i].mount_point.text)) == 0)
                        found = &mounts[i];
        arena_free(&arena);
        return found;
}

/* Whether @path is somewhere below @directory. */
static bool is_below(const char *path, const char *directory) {
        size_t length = strlen(directory);

        return strncmp(path, directory, length) == 0 && path[length] == '/';
}

/* Whether anything of @container is mounted below @mount_point: it would be hidden by what is mounted there later. */
static bool has_mounts_below(const Container *container, const char *mount_point) {
        const BindMount *mounts = container->bind_mounts.items;
        const Text *tmpfs = container->rare->tmpfs.items;

        for (uint32_t i = 0; i < container->bind_mounts.length; i++)
                if (is_below(mounts[i].mount_point.text, mount_point))
                        return true;
        for (uint32_t i = 0; i < container->rare->tmpfs.length; i++)
                if (is_below(tmpfs[i].text, mount_point))
                        return true;
        return false;
}

/* Whether a bind mount can be added while the container runs, as it would be if that started anew. systemd-machined refuses it where
 * the mount would have to be mapped, and mounts no more than one file system. */
static bool can_be_mounted(const Comparison *c, const BindMount *mount) {
        return !container_has_shifted_users(c->new) && !bind_mount_idmap(c->new, mount) &&
               !has_mounts_below(c->old, mount->mount_point.text) &&
               !has_mounts_below(c->new, mount->mount_point.text) && !mounts_below(c->root, mount->host_path.text);
}

/* What a change takes in the container that is compared: some are possible while it runs only under circumstances. */
static Change change_here(const Comparison *c, const char *option, Change change) {
        const Link *link = &c->new->link;
        const BindMount *mount;

        /* Its root is to be made by the system it has, or another system is not in the store that it sees. */
        if (change == CHANGE_RELOAD && (c->new->ephemeral.value || c->new->rare->closure.text))
                return CHANGE_RESTART;
        if (change != CHANGE_LIVE)
                return change;
        mount = find_bind_mount(c->new, option);
        if (mount)
                return can_be_mounted(c, mount) ? CHANGE_LIVE : CHANGE_RESTART;
        if (strcmp(option, "forwardPorts") != 0)
                return CHANGE_LIVE;
        if (!c->new->private_network.value)
                return CHANGE_NOTHING;
        /* To an address that only systemd-nspawn knows, it forwards itself from its start on. */
        return link->local_address.address.family || link->local_address6.address.family ? CHANGE_LIVE : CHANGE_RESTART;
}

static void add_change(Comparison *c, const char *option, const char *old, const char *new, Change change) {
        OptionChange *added;

        change = change_here(c, option, change);
        if (change == CHANGE_NOTHING)
                return;
        added = arena_alloc(c->arena, sizeof(*added));
        *added = (OptionChange){.option = option, .old = old, .new = new, .change = change};
        *c->end = added;
        c->end = &added->next;
}

static Change change_of_addition(const Field *field) {
        return field->added != CHANGE_UNKNOWN ? field->added : field->change;
}

/* The items of @list as texts. */
static const char **item_texts(Arena *arena, const Field *field, const List *list) {
        const char **texts = arena_alloc(arena, (list->length + 1) * sizeof(*texts));

        for (uint32_t i = 0; i < list->length; i++)
                texts[i] = item_text(arena, field, item_of(field, list, i));
        return texts;
}

static NameTable table_of(const char **texts, uint32_t length) {
        NameTable table = NAME_TABLE_NULL;

        for (uint32_t i = 0; i < length; i++)
                (void)name_table_add(&table, texts[i], texts);
        return table;
}

/* The order of objects does not matter. */
static void compare_sets(Comparison *c, const Field *field, const List *old, const List *new, const char *option) {
        const char **old_texts = item_texts(c->arena, field, old), **new_texts = item_texts(c->arena, field, new);
        NameTable old_table = table_of(old_texts, old->length), new_table = table_of(new_texts, new->length);

        for (uint32_t i = 0; i < old->length; i++)
                if (!name_table_find(&new_table, old_texts[i]))
                        add_change(c, option, old_texts[i], NULL, field->change);
        for (uint32_t i = 0; i < new->length; i++)
                if (!name_table_find(&old_table, new_texts[i]))
                        add_change(c, option, NULL, new_texts[i], change_of_addition(field));
        name_table_free(&old_table);
        name_table_free(&new_table);
}

static void compare_objects(Comparison *c, const Field *fields, const void *old, const void *new, const char *path);

/* The object of @list that has the name of @wanted, or NULL. Each starts with its name. */
static const void *find_named(const Field *field, const List *list, const void *wanted) {
        for (uint32_t i = 0; i < list->length; i++)
                if (strcmp(((const Text *)item_of(field, list, i))->text, ((const Text *)wanted)->text) == 0)
                        return item_of(field, list, i);
        return NULL;
}

static void compare_named(Comparison *c, const Field *field, const List *old, const List *new, const char *option) {
        for (uint32_t i = 0; i < old->length; i++) {
                const void *item = item_of(field, old, i), *other = find_named(field, new, item);
                const char *name = option_path_part(c->arena, ((const Text *)item)->text);
                const char *path = arena_printf(c->arena, "%s.%s", option, name);

                if (other)
                        compare_objects(c, field->fields, item, other, path);
                else
                        add_change(c, path, item_text(c->arena, field, item), NULL, field->change);
        }
        for (uint32_t i = 0; i < new->length; i++) {
                const void *item = item_of(field, new, i);
                const char *name = option_path_part(c->arena, ((const Text *)item)->text);

                if (!find_named(field, old, item))
                        add_change(c, arena_printf(c->arena, "%s.%s", option, name), NULL,
                                item_text(c->arena, field, item), change_of_addition(field));
        }
}

static void compare_values(Comparison *c, const Field *field, const void *old, const void *new, const char *option) {
        const char *old_text, *new_text;

        if (field->kind == FIELD_OBJECTS) {
                compare_sets(c, field, old, new, option);
        } else if (field->kind == FIELD_NAMED) {
                compare_named(c, field, old, new, option);
        } else {
                old_text = value_text(c->arena, field, old);
                new_text = value_text(c->arena, field, new);
                if (old_text != new_text && (!old_text || !new_text || strcmp(old_text, new_text) != 0))
                        add_change(c, option, old_text, new_text, field->change);
        }
}

static void compare_objects(Comparison *c, const Field *fields, const void *old, const void *new, const char *path) {
        for (const Field *field = fields; field->name; field++)
                compare_values(c, field, field_value(field, old), field_value(field, new),
                        path ? arena_printf(c->arena, "%s.%s", path, field->name) : field->name);
}

static void complete_forwards(const List *list) {
        Forward *forwards = list->items;

        for (uint32_t i = 0; i < list->length; i++)
                if (!is_given(&forwards[i].container_port))
                        forwards[i].container_port = (Number){forwards[i].host_port.mark, forwards[i].host_port.first};
}

/* Fills in what options are that follow others, so that saying it or not makes no difference. */
static void complete(Container *container) {
        BindMount *mounts = container->bind_mounts.items;
        const Link *veths = container->rare->extra_veths.items;

        for (uint32_t i = 0; i < container->bind_mounts.length; i++)
                if (!is_given(&mounts[i].host_path))
                        mounts[i].host_path = mounts[i].mount_point;
        complete_forwards(&container->link.forward_ports);
        for (uint32_t i = 0; i < container->rare->extra_veths.length; i++)
                complete_forwards(&veths[i].forward_ports);
}

static bool exists(const char *path) {
        return access(path, F_OK) == 0;
}

/* Whether the unit of a container is active, or becoming it or the contrary: only then systemd has this link, by which journald knows
 * the run of a unit. Where there are none at all, or that cannot be told, it is taken for active. */
static bool has_active_unit(Plan *plan, const char *root, const char *name) {
        const char *units = arena_join(plan->arena, root, "/run/systemd/units");
        struct stat status;

        return lstat(arena_printf(plan->arena, "%s/invocation:container@%s.service", units, name), &status) == 0 ||
               errno != ENOENT || !exists(units);
}

/* Whether a container was started as it is declared, as far as its record shows that to the byte. */
static bool is_as_started(Plan *plan, const char *records, const Container *declared, Window *window, Buffer *entry) {
        const char *name = declared->name.text;
        Buffer recorded = BUFFER_NULL;
        bool same = !declared->broken && entry_read(declared, window, entry) &&
                    read_file(arena_printf(plan->arena, "%s/%s/" RECORD_MANIFEST, records, name), &recorded) >= 0 &&
                    entry_is_recorded(declared, entry, &recorded) &&
                    !exists(arena_printf(plan->arena, "%s/%s/" RECORD_SYSTEM, records, name));

        buffer_free(&recorded);
        return same;
}

/* Reads how a container was started. NULL if the record does not tell: it is of another version, or plan->running.read_error says why
 * it cannot be read. */
static Container *read_running(Plan *plan, const char *records, const char *name) {
        size_t before = plan->running.length, errors = plan->running.diagnostics.errors;
        Container *container;
        const char *system;

        manifest_read(&plan->running, arena_printf(plan->arena, "%s/%s/" RECORD_MANIFEST, records, name), name);
        manifest_close(&plan->running);
        if (plan->running.diagnostics.errors > errors || plan->running.length != before + 1)
                return NULL;
        container = plan->running.containers[before];
        if (!record_read_system(plan->arena, arena_printf(plan->arena, "%s/%s", records, name), &system))
                plan->running.read_error = errno;
        else if (system)
                container->system.text = system;
        complete(container);
        return container;
}

/* A name that no container can have, in quotes. */
static const char *shown_name(Arena *arena, const char *name) {
        return is_container_name(name) ? name : escape_message(arena, name, strlen(name));
}

static PlannedContainer *add_item(Plan *plan, const char *name) {
        if (plan->length == plan->capacity) {
                plan->capacity = plan->capacity ? 2 * plan->capacity : 16;
                plan->items = reallocate(plan->items, plan->capacity * sizeof(*plan->items));
        }
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

static void decide_by_changes(PlannedContainer *item, bool is_unfinished) {
        static const Action actions[] = {
                [CHANGE_LIVE] = ACTION_UPDATE, [CHANGE_RELOAD] = ACTION_RELOAD, [CHANGE_RESTART] = ACTION_RESTART};
        const Flag *restart_if_changed = &item->declared->restart_if_changed;

        for (const OptionChange *change = item->changes; change; change = change->next)
                if (actions[change->change] > item->action)
                        item->action = actions[change->change];
        if (is_unfinished) {
                item->action = ACTION_RESTART;
                item->reason = "an earlier change was not finished";
        }
        if (item->action != ACTION_NONE && is_given(restart_if_changed) && !restart_if_changed->value) {
                item->action = ACTION_KEEP;
                item->reason = "restartIfChanged is false";
        }
}

static void decide(
        Plan *plan, PlannedContainer *item, const char *root, const Diagnostics *diagnostics, bool is_incomplete) {
        Comparison comparison = {
                .arena = plan->arena, .root = root, .old = item->running, .new = item->declared, .end = &item->changes};
        const char *records = arena_join(plan->arena, root, RECORDS_DIRECTORY);

        if (!item->declared) {
                item->action = is_incomplete ? ACTION_FAIL : ACTION_STOP;
                item->reason = is_incomplete ? "for errors in a manifest it is not known whether it is declared"
                                             : "no longer declared";
        } else if (item->declared->broken) {
                item->action = ACTION_FAIL;
                item->reason = first_error(diagnostics, item->declared);
        } else if (!item->runs) {
                item->action = item->declared->auto_start.value ? ACTION_START : ACTION_NONE;
                if (exists(arena_printf(plan->arena, "%s/" RECORD_START_MARK, records, item->name))) {
                        item->action = ACTION_START;
                        item->reason = "an earlier switch has stopped it and was not finished";
                }
                if (item->left_over) {
                        item->action = item->action == ACTION_NONE ? ACTION_STOP : item->action;
                        item->reason = "its end was cut off";
                }
        } else if (!item->running) {
                item->action = ACTION_KEEP;
                if (!item->reason)
                        item->reason = "it was started by another version, which has not noted how; restart it";
        } else {
                if (item->running != item->declared)
                        compare_objects(&comparison, container_fields, item->running, item->declared, NULL);
                decide_by_changes(
                        item, exists(arena_printf(plan->arena, "%s/%s/" RECORD_UNFINISHED, records, item->name)));
        }
}

static int compare_items(const void *a, const void *b) {
        return strcmp(((const PlannedContainer *)a)->name, ((const PlannedContainer *)b)->name);
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
        return exists(arena_printf(plan->arena, "%s/%s", records, name)) ? NULL : name;
}

/* Adds the containers that run, by their records. */
static bool add_running(Plan *plan, const NameTable *names, const char *root, const char *records) {
        DIR *directory = opendir(records);
        const struct dirent *entry;
        Window window = WINDOW_NULL;
        Buffer text = BUFFER_NULL;
        bool good = true;

        if (!directory) {
                if (errno == ENOENT)
                        return true;
                log_message(LOG_ERR, "%s: %s", records,
                        errno == EACCES ? "only root can see what containers run" : strerror(errno));
                return false;
        }
        while ((errno = 0, entry = readdir(directory))) {
                const char *name = name_of_record(plan, records, entry->d_name);

                if (name)
                        (void)add_item(plan, name);
        }
        if (errno != 0) {
                log_message(LOG_ERR, "%s: %s", records, strerror(errno));
                good = false;
        }
        closedir(directory);
        /* In this order they most often stand in the manifest too. */
        if (plan->length > 0)
                qsort(plan->items, plan->length, sizeof(*plan->items), compare_items);
        for (size_t i = 0; i < plan->length && good; i++) {
                PlannedContainer *item = &plan->items[i];
                const char *unknown;

                item->declared = name_table_find(names, item->name);
                item->runs = has_active_unit(plan, root, item->name);
                item->left_over = !item->runs;
                if (item->left_over)
                        continue;
                if (item->declared && is_as_started(plan, records, item->declared, &window, &text)) {
                        item->running = item->declared;
                        continue;
                }
                if (!record_check_format(
                            plan->arena, arena_printf(plan->arena, "%s/%s", records, item->name), &unknown))
                        plan->running.read_error = errno;
                else if (unknown)
                        item->reason = arena_printf(plan->arena, "it was %s; restart it", unknown);
                else
                        item->running = read_running(plan, records, item->name);
                if (plan->running.read_error != 0 && !is_no_file(plan->running.read_error)) {
                        log_message(LOG_ERR, "The record of container %s cannot be read: %s", item->name,
                                strerror(plan->running.read_error));
                        good = false;
                }
        }
        buffer_free(&window.text);
        buffer_free(&text);
        return good;
}

/* systemd restarts a container with one that it requires, and stops it where that one is stopped first: so it is restarted, too. */
static void restart_with_required(Plan *plan) {
        NameTable names = NAME_TABLE_NULL;
        bool found = true;

        for (size_t i = 0; i < plan->length; i++)
                (void)name_table_add(&names, plan->items[i].name, &plan->items[i]);
        while (found) {
                found = false;
                for (size_t i = 0; i < plan->length; i++) {
                        PlannedContainer *item = &plan->items[i];
                        const List *requires = item->declared ? &item->declared->rare->requires : NULL;

                        if (!requires || !item->running || item->action == ACTION_RESTART)
                                continue;
                        for (uint32_t j = 0; j < requires->length && item->action != ACTION_FAIL; j++) {
                                const char *name =
                                        order_container(plan->arena, ((const Text *) requires->items)[j].text);
                                const PlannedContainer *required = name ? name_table_find(&names, name) : NULL;

                                if (!required || required->action != ACTION_RESTART)
                                        continue;
                                item->action = ACTION_RESTART;
                                item->reason = arena_printf(plan->arena, "it requires %s, which is restarted", name);
                                found = true;
                                break;
                        }
                }
        }
        name_table_free(&names);
}

static bool requires_any(const Manifest *manifest) {
        for (size_t i = 0; i < manifest->length; i++)
                if (manifest->containers[i]->rare->requires.length > 0)
                        return true;
        return false;
}

bool plan_make(Plan *plan, const Manifest *manifest, const char *root) {
        const char *records = arena_join(manifest->arena, root, RECORDS_DIRECTORY);
        NameTable running = NAME_TABLE_NULL;

        *plan = (Plan){.arena = manifest->arena};
        manifest_init(&plan->running, manifest->arena);
        if (!add_running(plan, &manifest->names, root, records))
                return false;
        for (size_t i = 0; i < plan->length; i++)
                (void)name_table_add(&running, plan->items[i].name, plan);
        for (size_t i = 0; i < manifest->length; i++) {
                Container *container = manifest->containers[i];

                complete(container);
                if (!container->is_duplicate && !name_table_find(&running, container->name.text))
                        add_item(plan, container->name.text)->declared = container;
        }
        name_table_free(&running);
        /* For what they claim; nothing else is asked of them any more. */
        model_check(&plan->running, root, MODEL_OPTIONS);
        for (size_t i = 0; i < plan->length; i++)
                decide(plan, &plan->items[i], root, &manifest->diagnostics, manifest->is_incomplete);
        if (plan->length > 0)
                qsort(plan->items, plan->length, sizeof(*plan->items), compare_items);
        if (requires_any(manifest))
                restart_with_required(plan);
        return true;
}

bool plan_is_empty(const Plan *plan) {
        for (size_t i = 0; i < plan->length; i++)
                if (plan->items[i].action != ACTION_NONE)
                        return false;
        return true;
}

const BindMount *plan_added_bind_mount(const PlannedContainer *item, const OptionChange *change) {
        return change->old ? NULL : find_bind_mount(item->declared, change->option);
}

/* What tells two paths of the store apart, which mostly have long hashes in front. */
static const char *shortened(Arena *arena, const char *value, const char *other) {
        static const char store[] = "\"/nix/store/";
        const size_t hash = sizeof(store) - 1, name = hash + 33;

        if (strlen(value) <= name || strlen(other) <= name || strncmp(value, store, hash) != 0 ||
                strncmp(other, store, hash) != 0 || value[name - 1] != '-')
                return value;
        if (strcmp(value + name, other + name) == 0)
                return arena_printf(arena, "%.8s…-%.*s", value + hash, (int)strlen(value + name) - 1, value + name);
        return arena_printf(arena, "…-%.*s", (int)strlen(value + name) - 1, value + name);
}

static const char *change_text(Arena *arena, const OptionChange *change) {
        if (!change->old)
                return arena_printf(arena, "%s: added %s", change->option, change->new);
        if (!change->new)
                return arena_printf(arena, "%s: removed %s", change->option, change->old);
        return arena_printf(arena, "%s: %s → %s", change->option, shortened(arena, change->old, change->new),
                shortened(arena, change->new, change->old));
}

/* Prints one of what stands between brackets behind an action. Returns what separates it from the next one. */
static const char *print_detail(Arena *arena, FILE *stream, const char *separator, const char *text) {
        fprintf(stream, "%s%s", separator, printable(arena, text));
        return "; ";
}

void plan_print(const Plan *plan, FILE *stream, bool colour) {
        static const char *const colours[ACTIONS_LENGTH] = {[ACTION_STOP] = "\033[31m",
                [ACTION_START] = "\033[32m",
                [ACTION_UPDATE] = "\033[36m",
                [ACTION_RELOAD] = "\033[36m",
                [ACTION_RESTART] = "\033[33m",
                [ACTION_KEEP] = "\033[2m",
                [ACTION_FAIL] = "\033[1;31m"};

        for (size_t i = 0; i < plan->length; i++) {
                const PlannedContainer *item = &plan->items[i];
                const char *separator = " (";

                if (item->action == ACTION_NONE)
                        continue;
                fprintf(stream, "%s: %s%s%s", item->shown_name, colour ? colours[item->action] : "",
                        action_names[item->action], colour ? "\033[0m" : "");
                if (item->reason)
                        separator = print_detail(plan->arena, stream, separator, item->reason);
                for (const OptionChange *change = item->changes; change; change = change->next)
                        separator = print_detail(plan->arena, stream, separator, change_text(plan->arena, change));
                fputs(*separator == ';' ? ")\n" : "\n", stream);
        }
}

void plan_print_json(const Plan *plan, FILE *stream) {
        const char *separator = "";

        fputs("[", stream);
        for (size_t i = 0; i < plan->length; i++) {
                const PlannedContainer *item = &plan->items[i];

                if (item->action == ACTION_NONE)
                        continue;
                fprintf(stream, "%s\n{\"name\": %s, \"action\": \"%s\", \"reason\": %s, \"changes\": [", separator,
                        json_quote(plan->arena, item->name), action_names[item->action],
                        item->reason ? json_quote(plan->arena, item->reason) : "null");
                for (const OptionChange *change = item->changes; change; change = change->next)
                        fprintf(stream, "%s{\"option\": %s, \"old\": %s, \"new\": %s}",
                                change == item->changes ? "" : ", ", json_quote(plan->arena, change->option),
                                change->old ? change->old : "null", change->new ? change->new : "null");
                fputs("]}", stream);
                separator = ",";
        }
        fputs("\n]\n", stream);
}

void plan_free(Plan *plan) {
        manifest_free(&plan->running);
        free(plan->items);
        *plan = (Plan){0};
}
