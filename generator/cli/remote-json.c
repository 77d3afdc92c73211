/* SPDX-License-Identifier: MIT */
#include "cli/remote-json.h"

#include "base/memory.h"
#include "base/number.h"
#include "cli/yaml-json.h"

/* Returns the list that @text is, or NULL. Free @ret_document in any case. */
static yaml_node_t *load(const Buffer *text, yaml_document_t *ret_document) {
        const char *problem;
        yaml_node_t *root = yaml_json_load(text, ret_document, &problem);

        return root && root->type == YAML_SEQUENCE_NODE ? root : NULL;
}

static yaml_node_t *member(yaml_document_t *document, const yaml_node_t *object, const char *key) {
        for (const yaml_node_pair_t *pair = object->data.mapping.pairs.start; pair < object->data.mapping.pairs.top;
                pair++) {
                const char *name = yaml_json_scalar(yaml_document_get_node(document, pair->key));

                if (name && strcmp(name, key) == 0)
                        return yaml_document_get_node(document, pair->value);
        }
        return NULL;
}

/* Appends an object with its host. */
static bool append_object(Json *json, yaml_document_t *document, const char *host, const yaml_node_t *object) {
        bool good = object->type == YAML_MAPPING_NODE;

        if (!good)
                return false;
        json_break(json, "\n  ");
        json_open(json, NULL, '{');
        json_string(json, "host", host);
        for (const yaml_node_pair_t *pair = object->data.mapping.pairs.start;
                pair < object->data.mapping.pairs.top && good; pair++) {
                const char *name = yaml_json_scalar(yaml_document_get_node(document, pair->key));

                good = name && yaml_json_append(json, document, name, yaml_document_get_node(document, pair->value));
        }
        json_close(json, '}');
        return good;
}

bool remote_json_merge(Json *json, const char *host, const Buffer *text) {
        yaml_document_t document;
        const yaml_node_t *list = load(text, &document);
        bool good = list;

        for (const yaml_node_item_t *item = list ? list->data.sequence.items.start : NULL;
                list && item < list->data.sequence.items.top && good; item++)
                good = append_object(json, &document, host, yaml_document_get_node(&document, *item));
        yaml_document_delete(&document);
        return good;
}

/* The string that a member is; NULL if it is none. */
static const char *string_of(Arena *arena, yaml_document_t *document, const yaml_node_t *object, const char *key) {
        const yaml_node_t *node = member(document, object, key);
        const char *text = yaml_json_scalar(node);

        return text && !yaml_json_is_plain(node) ? arena_copy(arena, text, strlen(text)) : NULL;
}

static bool is_true(yaml_document_t *document, const yaml_node_t *object, const char *key) {
        const yaml_node_t *node = member(document, object, key);

        return yaml_json_is_plain(node) && strcmp(yaml_json_scalar(node), "true") == 0;
}

static bool read_row(Arena *arena, yaml_document_t *document, const yaml_node_t *object, uint64_t now, ListRow *row) {
        const yaml_node_t *addresses, *since;
        const char *text;
        uint64_t up_since;
        size_t i = 0;

        if (object->type != YAML_MAPPING_NODE)
                return false;
        row->name = string_of(arena, document, object, "name");
        row->state = string_of(arena, document, object, "state");
        row->system = string_of(arena, document, object, "system");
        row->declared = is_true(document, object, "declared");
        row->broken = is_true(document, object, "broken");
        addresses = member(document, object, "addresses");
        if (!row->name || !row->state || !addresses || addresses->type != YAML_SEQUENCE_NODE)
                return false;
        for (const yaml_node_item_t *item = addresses->data.sequence.items.start;
                item < addresses->data.sequence.items.top && i < 2; item++)
                if ((text = yaml_json_scalar(yaml_document_get_node(document, *item))))
                        row->addresses[i++] = arena_copy(arena, text, strlen(text));
        since = member(document, object, "upSince");
        if (yaml_json_is_plain(since) && number_parse(yaml_json_scalar(since), 0, UINT64_MAX, &up_since) &&
                up_since < now)
                row->uptime = now - up_since;
        return true;
}

bool remote_json_read_rows(
        Arena *arena, const char *host, bool with_host, const Buffer *text, uint64_t now, ListRows *rows) {
        yaml_document_t document;
        const yaml_node_t *list = load(text, &document);
        bool good = list;

        for (const yaml_node_item_t *item = list ? list->data.sequence.items.start : NULL;
                list && item < list->data.sequence.items.top && good; item++) {
                ListRow row = {.host = with_host ? host : NULL};

                good = read_row(arena, &document, yaml_document_get_node(&document, *item), now, &row);
                if (!good)
                        break;
                rows->rows = grow_array(rows->rows, rows->length, &rows->capacity, sizeof(*rows->rows));
                rows->rows[rows->length++] = row;
        }
        yaml_document_delete(&document);
        return good;
}
