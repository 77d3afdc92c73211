/* SPDX-License-Identifier: MIT */
#include "switch/compare.h"

#include "base/json.h"
#include "base/name-table.h"
#include "base/path.h"
#include "manifest/mounts.h"
#include "systemd/option-path.h"

/* Two containers of one name, and where the differences go. */
typedef struct Comparison {
        Arena *arena;
        const char *root;
        const Container *old, *new;
        OptionChange **end;
} Comparison;

static const void *item_of(const Field *field, const List *list, uint32_t i) {
        return (const char *)list->items + i * (field->kind == FIELD_LIST ? field->type->size : field->size);
}

static void write_item(Json *json, Arena *arena, const Field *field, const void *item);

/* Writes a value, what it is by itself where it was not given, or nothing. No object has any that are named in it. */
static void write_value(Json *json, Arena *arena, const char *key, const Field *field, const void *value) {
        const List *list = value;

        if (field->kind == FIELD_SCALAR) {
                const char *text = is_given(value) ? field->type->format(arena, value) : field->fallback;

                if (text)
                        json_value(json, key, text);
        } else if (list->length > 0) {
                json_open(json, key, '[');
                for (uint32_t i = 0; i < list->length; i++)
                        write_item(json, arena, field, item_of(field, list, i));
                json_close(json, ']');
        }
}

/* NOLINTNEXTLINE(misc-no-recursion) ; as deep as the schema */
static void write_item(Json *json, Arena *arena, const Field *field, const void *item) {
        if (field->kind == FIELD_LIST) {
                json_value(json, NULL, field->type->format(arena, item));
                return;
        }
        json_open(json, NULL, '{');
        for (const Field *inner = field->fields; inner->name; inner++)
                write_value(json, arena, inner->name, inner, field_value(inner, item));
        json_close(json, '}');
}

static const char *value_text(Arena *arena, const Field *field, const void *value) {
        CLEANUP_JSON Json json = JSON_NULL;

        write_value(&json, arena, NULL, field, value);
        return json.text.length > 0 ? arena_copy(arena, json.text.text, json.text.length) : NULL;
}

static const char *item_text(Arena *arena, const Field *field, const void *item) {
        CLEANUP_JSON Json json = JSON_NULL;

        write_item(&json, arena, field, item);
        return arena_copy(arena, json.text.text, json.text.length);
}

/* No object has named ones in it, so that this is one of the container itself. */
static bool is_bind_mounts(const Field *field) {
        return field->kind == FIELD_NAMED && !field->is_rare && field->offset == offsetof(Container, bind_mounts);
}

/* The forwards of the main link. Those of another one stand in their own object, before the place of these. */
static bool is_main_forwards(const Field *field) {
        return field->kind == FIELD_OBJECTS && !field->is_rare &&
               field->offset == offsetof(Container, link) + offsetof(Link, forward_ports);
}

const BindMount *change_added_bind_mount(const OptionChange *change) {
        return is_bind_mounts(change->field) ? change->item : NULL;
}

/* Whether anything of @container is mounted below @mount_point: it would be hidden by what is mounted there later. */
static bool has_mounts_below(const Container *container, const char *mount_point) {
        const BindMount *mounts = container->bind_mounts.items;
        const Text *tmpfs = container->rare->tmpfs.items;

        for (uint32_t i = 0; i < container->bind_mounts.length; i++)
                if (path_is_below(mounts[i].mount_point.text, mount_point))
                        return true;
        for (uint32_t i = 0; i < container->rare->tmpfs.length; i++)
                if (path_is_below(tmpfs[i].text, mount_point))
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
static Change change_here(const Comparison *c, const OptionChange *change) {
        const Link *link = &c->new->link;
        const BindMount *mount = change_added_bind_mount(change);

        /* Its root is to be made by the system it has, or another system is not in the store that it sees. */
        if (change->change == CHANGE_RELOAD && (c->new->ephemeral.value || c->new->rare->closure.text))
                return CHANGE_RESTART;
        if (change->change != CHANGE_LIVE)
                return change->change;
        if (mount)
                return can_be_mounted(c, mount) ? CHANGE_LIVE : CHANGE_RESTART;
        if (!is_main_forwards(change->field))
                return CHANGE_LIVE;
        if (!c->new->private_network.value)
                return CHANGE_NOTHING;
        /* To an address that only systemd-nspawn knows, it forwards itself from its start on. */
        return link->local_address.address.family || link->local_address6.address.family ? CHANGE_LIVE : CHANGE_RESTART;
}

static void add_change(Comparison *c, OptionChange change) {
        OptionChange *added;

        change.change = change_here(c, &change);
        if (change.change == CHANGE_NOTHING)
                return;
        added = arena_alloc(c->arena, sizeof(*added));
        *added = change;
        *c->end = added;
        c->end = &added->next;
}

static void add_removal(Comparison *c, const Field *field, const char *option, const char *old) {
        add_change(c, (OptionChange){.field = field, .option = option, .old = old, .change = field->change});
}

static void add_addition(Comparison *c, const Field *field, const void *item, const char *option, const char *new) {
        Change change = field->added != CHANGE_UNKNOWN ? field->added : field->change;

        add_change(c, (OptionChange){.field = field, .item = item, .option = option, .new = new, .change = change});
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
                        add_removal(c, field, option, old_texts[i]);
        for (uint32_t i = 0; i < new->length; i++)
                if (!name_table_find(&old_table, new_texts[i]))
                        add_addition(c, field, item_of(field, new, i), option, new_texts[i]);
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

/* The path of an item that has a name, which it starts with. */
static const char *item_path(Arena *arena, const char *option, const void *item) {
        return arena_printf(arena, "%s.%s", option, option_path_part(arena, ((const Text *)item)->text));
}

static void compare_named(Comparison *c, const Field *field, const List *old, const List *new, const char *option) {
        for (uint32_t i = 0; i < old->length; i++) {
                const void *item = item_of(field, old, i), *other = find_named(field, new, item);
                const char *path = item_path(c->arena, option, item);

                if (other)
                        compare_objects(c, field->fields, item, other, path);
                else
                        add_removal(c, field, path, item_text(c->arena, field, item));
        }
        for (uint32_t i = 0; i < new->length; i++) {
                const void *item = item_of(field, new, i);

                if (!find_named(field, old, item))
                        add_addition(
                                c, field, item, item_path(c->arena, option, item), item_text(c->arena, field, item));
        }
}

static void compare_values(Comparison *c, const Field *field, const void *old, const void *new, const char *option) {
        OptionChange change = {.field = field, .option = option, .change = field->change};

        if (field->kind == FIELD_OBJECTS) {
                compare_sets(c, field, old, new, option);
        } else if (field->kind == FIELD_NAMED) {
                compare_named(c, field, old, new, option);
        } else {
                change.old = value_text(c->arena, field, old);
                change.new = value_text(c->arena, field, new);
                if (change.old != change.new && (!change.old || !change.new || strcmp(change.old, change.new) != 0))
                        add_change(c, change);
        }
}

static void compare_objects(Comparison *c, const Field *fields, const void *old, const void *new, const char *path) {
        for (const Field *field = fields; field->name; field++)
                compare_values(c, field, field_value(field, old), field_value(field, new),
                        path ? arena_printf(c->arena, "%s.%s", path, field->name) : field->name);
}

OptionChange *compare_containers(Arena *arena, const char *root, const Container *old, const Container *new) {
        OptionChange *changes = NULL;
        Comparison comparison = {.arena = arena, .root = root, .old = old, .new = new, .end = &changes};

        compare_objects(&comparison, container_fields, old, new, NULL);
        return changes;
}
