/* SPDX-License-Identifier: MIT */
#include "cli/settings.h"

#include "cli/yaml-json.h"
#include "systemd/log.h"

/* No option has more: bindMounts."/x".hostPath */
#define DEPTH_MAX 8

/* Finds the member @key, or adds it. */
static Setting *member(Arena *arena, Setting *setting, const char *key, const char *written) {
        Setting **place = &setting->members;

        while (*place && strcmp((*place)->key, key) != 0)
                place = &(*place)->next;
        if (!*place) {
                *place = arena_alloc(arena, sizeof(**place));
                (*place)->key = key;
                (*place)->written = written;
        }
        return *place;
}

/* Sets the option that is the last of the @keys. */
static int set(
        Arena *arena, Setting *root, const char *const keys[], size_t length, const char *written, const char *value) {
        Setting *setting = root;

        for (size_t i = 0; i < length; i++) {
                setting = member(arena, setting, keys[i], written);
                if (setting->value || (i + 1 == length && setting->members))
                        return log_error(EEXIST, "%s conflicts with %s.", written, setting->written);
        }
        setting->value = value;
        return 0;
}

/* Reads the next part of a path, up to the dot or the "=" that follows. Returns NULL if there is none, or it is not ended. */
static char *read_part(Arena *arena, const char **path) {
        const char *text = *path;
        char *part, *end;
        size_t length;

        if (text[0] != '"') {
                length = strcspn(text, ".=\"");
                *path = text + length;
                return length > 0 ? arena_copy(arena, text, length) : NULL;
        }
        part = end = arena_copy(arena, text, strlen(text));
        for (text++; *text && *text != '"'; text++) {
                text += *text == '\\' && text[1];
                *end++ = *text;
        }
        *end = '\0';
        *path = text + 1;
        return *text ? part : NULL;
}

static const char *value_as_json(Arena *arena, const char *text, const char *written) {
        const Buffer buffer = {.text = (char *)text, .length = strlen(text)};
        CLEANUP_JSON Json json = JSON_NULL;
        yaml_document_t document;
        const char *problem, *value = NULL;
        const yaml_node_t *node = yaml_json_load(&buffer, &document, &problem);
        bool good = node ? yaml_json_append(&json, &document, NULL, node) : !problem;

        if (good)
                value = node ? arena_copy(arena, json.text.text, json.text.length) : "null";
        else
                (void)log_error(EINVAL, "Invalid %s (not a YAML value%s%s).", written, problem ? ": " : "",
                        problem ? problem : "");
        yaml_document_delete(&document);
        return value;
}

int settings_add(Arena *arena, Setting *root, const char *text) {
        const char *written = arena_join(arena, "--set ", text), *keys[DEPTH_MAX], *value, *rest = text;
        size_t length = 0;

        do {
                char *key = length < DEPTH_MAX ? read_part(arena, &rest) : NULL;

                if (!key || !strchr(".=", *rest) || !*rest)
                        return log_error(
                                EINVAL, "Invalid %s (expected OPTION=VALUE, such as timeoutStartSec=5min).", written);
                keys[length++] = key;
        } while (*rest++ == '.');
        value = value_as_json(arena, rest, written);
        return value ? set(arena, root, keys, length, written, value) : -EINVAL;
}

/* Takes a path up to a colon, and what follows that. */
static char *take_path(Arena *arena, const char **text) {
        char *path = arena_copy(arena, *text, strlen(*text)), *end = path;

        for (; **text && **text != ':'; (*text)++) {
                *text += (*text)[0] == '\\' && ((*text)[1] == ':' || (*text)[1] == '\\');
                *end++ = **text;
        }
        *end = '\0';
        *text += **text == ':';
        return path;
}

int settings_add_bind(Arena *arena, Setting *root, const char *text) {
        const char *written = arena_join(arena, "--bind=", text), *rest = text, *host = take_path(arena, &rest),
                   *inside = host;
        const char *keys[] = {"bindMounts", NULL, "hostPath"};
        bool read_only;
        int r;

        if (*rest)
                inside = take_path(arena, &rest);
        read_only = strcmp(rest, "ro") == 0;
        if (host[0] != '/' || inside[0] != '/' || (*rest && !read_only))
                return log_error(EINVAL, "Invalid %s (expected HOST[:INSIDE[:ro]], absolute paths).", written);
        keys[1] = inside;
        r = set(arena, root, keys, 3, written, json_quote(arena, host));
        keys[2] = "isReadOnly";
        return r < 0 ? r : set(arena, root, keys, 3, written, read_only ? "true" : "false");
}

const Setting *settings_find(const Setting *root, const char *key) {
        for (const Setting *setting = root->members; setting; setting = setting->next)
                if (strcmp(setting->key, key) == 0)
                        return setting;
        return NULL;
}

/* Whether it is a name of an option, which needs no quotes. */
static bool is_word(const char *text) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

        return strspn(text, letters) > 0 &&
               !text[strspn(text, letters) + strspn(text + strspn(text, letters), "0123456789")];
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static void format(Arena *arena, Setting *setting, int indentation, unsigned *line, Buffer *manifest) {
        for (Setting *m = setting->members; m; m = m->next) {
                m->line = (*line)++;
                buffer_append_text(manifest, arena_printf(arena, "%*s%s:%s%s\n", indentation, "",
                                                     is_word(m->key) ? m->key : json_quote(arena, m->key),
                                                     m->value ? " " : "", m->value ? m->value : ""));
                format(arena, m, indentation + 2, line, manifest);
        }
}

void settings_format(Setting *root, Buffer *manifest) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        unsigned line = 1;

        for (size_t i = 0; i < manifest->length; i++)
                line += manifest->text[i] == '\n';
        format(&arena, root, 4, &line, manifest);
}

/* NOLINTNEXTLINE(misc-no-recursion) */
const Setting *settings_at(const Setting *root, unsigned line) {
        const Setting *found = NULL;

        for (const Setting *setting = root->members; setting && !found; setting = setting->next)
                found = setting->line == line ? setting : settings_at(setting, line);
        return found;
}
