/* SPDX-License-Identifier: MIT */
#include "switch/compare.h"

#include "base/file.h"
#include "base/json.h"
#include "base/lines.h"
#include "base/path.h"
#include "manifest/entry.h"
#include "manifest/mounts.h"
#include "manifest/sources.h"
#include "manifest/written.h"
#include "state/format.h"
#include "state/secrets.h"
#include "systemd/option-path.h"

/* Takes the @length bytes at @expected from the start of @text, if they stand there. */
static bool take(Buffer *text, const char *expected, size_t length) {
        if (text->length < length || memcmp(text->text, expected, length) != 0)
                return false;
        text->text += length;
        text->length -= length;
        return true;
}

static bool take_text(Buffer *text, const char *expected) {
        return take(text, expected, strlen(expected));
}

bool entry_is_recorded(const Container *container, const Buffer *entry, const Buffer *manifest) {
        Buffer left = *manifest;

        for_each_line(line, end, manifest) {
                if (*line != '#')
                        break;
                left.text = (char *)end + 1;
                left.length = (size_t)(manifest->text + manifest->length - left.text);
        }
        if (entry->length == 0 || !take_text(&left, MANIFEST_NAME) || !take_text(&left, container->name.text) ||
                !take_text(&left, MANIFEST_ENTRY))
                return false;
        for (size_t column = entry_column(container, entry); column > 0; column--)
                if (!take(&left, " ", 1))
                        return false;
        return take(&left, entry->text, entry->length) && take(&left, "\n", 1) && left.length == 0;
}

/* Two containers of one name, and where the differences go. */
typedef struct Comparison {
        Arena *arena;
        const char *root;
        const Container *old, *new;
        OptionChange **end;
} Comparison;

static const void *item_of(const Field *field, const List *list, uint32_t i) {
        return (const char *)list->items + i * field->size;
}

/* Writes a value, or an item of a list. */
typedef void Write(Json *json, Arena *arena, const char *key, const Field *field, const void *value);

static Write write_item;

/* Writes a value, or nothing if there is none. No object has any that are named in it. */
static void write_value(Json *json, Arena *arena, const char *key, const Field *field, const void *value) {
        const List *list = value;

        if (field->kind == FIELD_SCALAR) {
                if (has_value(value))
                        json_value(json, key, field->type->format(arena, value));
        } else if (list->length > 0) {
                json_open(json, key, '[');
                for (uint32_t i = 0; i < list->length; i++)
                        write_item(json, arena, NULL, field, item_of(field, list, i));
                json_close(json, ']');
        }
}

/* NOLINTNEXTLINE(misc-no-recursion) ; as deep as the schema */
static void write_item(Json *json, Arena *arena, const char *key, const Field *field, const void *item) {
        if (field->kind == FIELD_LIST) {
                json_value(json, key, field->type->format(arena, item));
                return;
        }
        json_open(json, key, '{');
        for (const Field *inner = field->fields; inner->name; inner++)
                write_value(json, arena, inner->name, inner, field_value(inner, item));
        json_close(json, '}');
}

/* What @write writes, or NULL for nothing. */
static const char *text_of(Arena *arena, Write *write, const Field *field, const void *value) {
        CLEANUP_JSON Json json = JSON_NULL;

        write(&json, arena, NULL, field, value);
        return json.text.length > 0 ? arena_copy(arena, json.text.text, json.text.length) : NULL;
}

/* The forwards of the main link. Those of another one stand in their own object, before the place of these. */
static bool is_main_forwards(const Field *field) {
        return field->kind == FIELD_OBJECTS && !field->is_rare &&
               field->offset == offsetof(Container, link) + offsetof(Link, forward_ports);
}

/* The bind mounts of the container: no object has named ones in it. */
static bool is_bind_mounts(const Field *field) {
        return field->kind == FIELD_NAMED && !field->is_rare && field->offset == offsetof(Container, bind_mounts);
}

/* Whether anything of @container is mounted below @mount_point: it would be hidden by what is mounted there later. */
static bool has_mounts_below(const Container *container, const char *mount_point) {
        for_each_item(BindMount, mount, &container->bind_mounts)
                if (path_is_below(mount->mount_point.text, mount_point))
                        return true;
        for_each_item(Text, tmpfs, &container->rare->tmpfs)
                if (path_is_below(tmpfs->text, mount_point))
                        return true;
        return false;
}

/* Whether a bind mount can be added while the container runs, as it would be if that started anew. systemd-machined refuses it where
 * the mount would have to be mapped, mounts no more than one file system, and follows links that a container may have made. What is waited for
 * is waited for at a start. */
static bool can_be_mounted(const Comparison *c, const BindMount *mount) {
        if (strcmp(source_missing(mount), "wait") == 0 &&
                !path_exists(arena_join(c->arena, c->root, mount->host_path.text)))
                return false;
        return !container_has_shifted_users(c->new) && !bind_mount_idmap(c->new, mount) &&
               !written_leads_to(c->new, mount->host_path.text) && !has_mounts_below(c->old, mount->mount_point.text) &&
               !has_mounts_below(c->new, mount->mount_point.text) && !mounts_below(c->root, mount->host_path.text);
}

/* What @change of @field takes in the container that is compared: some are possible while it runs only under circumstances. @mount is what it
 * adds to the bind mounts, or NULL. */
static Change change_here(const Comparison *c, const Field *field, const BindMount *mount, Change change) {
        const Link *link = &c->new->link;

        /* Its root is to be made by the system it has, or another system is not in the store that it sees. */
        if (change == CHANGE_RELOAD && (c->new->ephemeral.value || c->new->rare->closure.text))
                return CHANGE_RESTART;
        if (change != CHANGE_LIVE)
                return change;
        if (mount)
                return can_be_mounted(c, mount) ? CHANGE_LIVE : CHANGE_RESTART;
        if (!is_main_forwards(field))
                return CHANGE_LIVE;
        if (!c->new->private_network.value)
                return CHANGE_NOTHING;
        /* To an address that only systemd-nspawn knows, it forwards itself from its start on. */
        return link_has_local_address(link) ? CHANGE_LIVE : CHANGE_RESTART;
}

static void append_change(Comparison *c, OptionChange change) {
        OptionChange *copy = arena_alloc(c->arena, sizeof(*copy));

        *copy = change;
        *c->end = copy;
        c->end = &copy->next;
}

/* Adds a change of @field from @old to @new, of which one may be NULL; @item is what is new in a list. */
static void add_change(
        Comparison *c, const Field *field, const void *item, const char *option, const char *old, const char *new) {
        const BindMount *mount = is_bind_mounts(field) ? item : NULL;
        Change change =
                change_here(c, field, mount, item && field->added != CHANGE_UNKNOWN ? field->added : field->change);

        if (change != CHANGE_NOTHING)
                append_change(
                        c, (OptionChange){.option = option, .old = old, .new = new, .mount = mount, .change = change});
}

/* The names of the items of @list that have some, which they start with, and their texts of those that have none. */
static const char **item_keys(Arena *arena, const Field *field, const List *list, NameTable *ret_items) {
        const char **keys = arena_alloc(arena, (list->length + 1) * sizeof(*keys));

        for (uint32_t i = 0; i < list->length; i++) {
                const void *item = item_of(field, list, i);

                keys[i] = field->kind == FIELD_NAMED ? ((const Text *)item)->text
                                                     : text_of(arena, write_item, field, item);
                (void)name_table_add(ret_items, keys[i], (void *)item);
        }
        return keys;
}

static const char *item_path(Arena *arena, const Field *field, const char *option, const char *key) {
        return field->kind == FIELD_NAMED ? arena_printf(arena, "%s.%s", option, option_path_part(arena, key)) : option;
}

static void compare_objects(Comparison *c, const Field *fields, const void *old, const void *new, const char *path);

/* Compares lists of objects, whose order does not matter. */
static void compare_lists(Comparison *c, const Field *field, const List *old, const List *new, const char *option) {
        CLEANUP(name_table_free) NameTable old_items = NAME_TABLE_NULL, new_items = NAME_TABLE_NULL;
        const char **old_keys = item_keys(c->arena, field, old, &old_items),
                   **new_keys = item_keys(c->arena, field, new, &new_items);

        for (uint32_t i = 0; i < old->length; i++) {
                const void *item = item_of(field, old, i), *other = name_table_find(&new_items, old_keys[i]);
                const char *path = item_path(c->arena, field, option, old_keys[i]);

                if (!other)
                        add_change(c, field, NULL, path, text_of(c->arena, write_item, field, item), NULL);
                else if (field->kind == FIELD_NAMED)
                        compare_objects(c, field->fields, item, other, path);
        }
        for (uint32_t i = 0; i < new->length; i++) {
                const void *item = item_of(field, new, i);

                if (!name_table_find(&old_items, new_keys[i]))
                        add_change(c, field, item, item_path(c->arena, field, option, new_keys[i]), NULL,
                                text_of(c->arena, write_item, field, item));
        }
}

static void compare_values(Comparison *c, const Field *field, const void *old, const void *new, const char *option) {
        const char *old_text, *new_text;

        if (field->kind == FIELD_OBJECTS || field->kind == FIELD_NAMED) {
                compare_lists(c, field, old, new, option);
                return;
        }
        old_text = text_of(c->arena, write_value, field, old);
        new_text = text_of(c->arena, write_value, field, new);
        if (old_text != new_text && (!old_text || !new_text || strcmp(old_text, new_text) != 0))
                add_change(c, field, NULL, option, old_text, new_text);
}

static void compare_objects(Comparison *c, const Field *fields, const void *old, const void *new, const char *path) {
        for (const Field *field = fields; field->name; field++)
                compare_values(c, field, field_value(field, old), field_value(field, new),
                        path ? arena_printf(c->arena, "%s.%s", path, field->name) : field->name);
}

/* Sets @ret_rest to the lines that are more than a reason to reload. */
static void drop_reload_triggers(const Buffer *drop_ins, Buffer *ret_rest) {
        for_each_line(line, end, drop_ins) {
                if (!line_behind(line, end, "X-Reload-Triggers="))
                        buffer_append(ret_rest, line, (size_t)(end + 1 - line));
        }
}

static bool has_setting(const Buffer *drop_ins, const char *line) {
        return has_line(drop_ins, line, strlen(line));
}

Change compare_drop_ins(const Buffer *old, const Buffer *new) {
        CLEANUP_BUFFER Buffer old_rest = BUFFER_NULL, new_rest = BUFFER_NULL;

        if (buffer_equals(old, new))
                return CHANGE_NOTHING;
        drop_reload_triggers(old, &old_rest);
        drop_reload_triggers(new, &new_rest);
        return buffer_equals(&old_rest, &new_rest) || has_setting(new, "X-ReloadIfChanged=true") ? CHANGE_RELOAD
                                                                                                 : CHANGE_RESTART;
}

bool drop_ins_keep(const Buffer *drop_ins) {
        return has_setting(drop_ins, "X-RestartIfChanged=false");
}

/* Adds that the content at the path that @option sets has changed; @mount is what is mounted from there, or NULL. What is mounted can be
 * mounted again, where systemd-nspawn has copied it only a restart helps. */
static void add_secret(Comparison *c, const char *option, const BindMount *mount) {
        const char *wanted = c->new->rare->on_secret_change.text;
        Change change = CHANGE_RESTART;

        if (strcmp(wanted, "ignore") == 0)
                change = CHANGE_NOTHING;
        else if (strcmp(wanted, "reload") == 0 && mount && can_be_mounted(c, mount))
                change = CHANGE_RELOAD;
        append_change(c, (OptionChange){.option = option, .mount = mount, .change = change});
}

/* Adds all options of the container that runs by which it has what is at @path. */
static void add_secrets_of_path(Comparison *c, const char *path) {
        OptionChange **before = c->end;

        for_each_item(BindMount, mount, &c->old->bind_mounts)
                if (mount->is_read_only.value && strcmp(mount->host_path.text, path) == 0)
                        add_secret(c,
                                arena_printf(c->arena, "bindMounts.%s.hostPath",
                                        option_path_part(c->arena, mount->mount_point.text)),
                                mount);
        for_each_item(Credential, credential, &c->old->rare->credentials)
                if (strcmp(credential->path.text, path) == 0)
                        add_secret(c,
                                arena_printf(c->arena, "credentials.%s.path",
                                        option_path_part(c->arena, credential->id.text)),
                                NULL);
        if (c->end == before)
                add_secret(c, "extraFlags", NULL);
}

OptionChange *compare_secrets(Arena *arena, const char *root, const char *records, const Container *old,
        const Container *new, const Buffer *secrets) {
        OptionChange *changes = NULL;
        Comparison comparison = {.arena = arena, .root = root, .old = old, .new = new, .end = &changes};
        SecretKey key;
        const char *path;

        if (secrets->length == 0 || !secret_key_read(records, &key))
                return NULL;
        for_each_line(line, end, secrets) {
                if (secret_has_changed(arena, &key, root, line, end, &path))
                        add_secrets_of_path(&comparison, path);
        }
        return changes;
}

OptionChange *compare_containers(Arena *arena, const char *root, const Container *old, const Container *new) {
        OptionChange *changes = NULL;
        Comparison comparison = {.arena = arena, .root = root, .old = old, .new = new, .end = &changes};

        compare_objects(&comparison, container_fields, old, new, NULL);
        return changes;
}
