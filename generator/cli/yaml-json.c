/* SPDX-License-Identifier: MIT */
#include "cli/yaml-json.h"

#include "base/memory.h"
#include "base/words.h"

/* More levels than any manifest or verb has. */
#define DEPTH_MAX 16

yaml_node_t *yaml_json_load(const Buffer *text, yaml_document_t *ret_document, const char **ret_problem) {
        yaml_document_t second = {0};
        yaml_parser_t parser;
        yaml_node_t *root = NULL;

        *ret_document = (yaml_document_t){0};
        *ret_problem = NULL;
        if (text->length == 0)
                return NULL;
        if (!yaml_parser_initialize(&parser))
                memory_fail();
        yaml_parser_set_input_string(&parser, (const unsigned char *)text->text, text->length);
        if (yaml_parser_load(&parser, ret_document) && yaml_parser_load(&parser, &second))
                root = yaml_document_get_root_node(ret_document);
        else
                *ret_problem = parser.problem;
        if (root && yaml_document_get_root_node(&second)) {
                *ret_problem = "several documents";
                root = NULL;
        }
        yaml_document_delete(&second);
        yaml_parser_delete(&parser);
        return root;
}

const char *yaml_json_scalar(const yaml_node_t *node) {
        return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/* Returns what follows the digits at the start of @text, NULL if there are none. */
static const char *behind_digits(const char *text) {
        size_t length = text ? strspn(text, "0123456789") : 0;

        return length > 0 ? text + length : NULL;
}

/* RFC 8259, 6. */
static bool is_number(const char *text) {
        text += text[0] == '-';
        if (text[0] == '0' && strspn(text, "0123456789") > 1)
                return false;
        text = behind_digits(text);
        if (text && *text == '.')
                text = behind_digits(text + 1);
        if (text && (*text == 'e' || *text == 'E'))
                text = behind_digits(text + 1 + (text[1] == '-' || text[1] == '+'));
        return text && !*text;
}

bool yaml_json_is_plain(const yaml_node_t *node) {
        const char *text = yaml_json_scalar(node);

        return text && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
               (is_one_of(text, "true", "false", "null") || is_number(text));
}

typedef struct Copy {
        yaml_document_t *document;
        Json *json;
        ptrdiff_t left; /* of the nodes: more are only reached through aliases */
} Copy;

/* NOLINTNEXTLINE(misc-no-recursion) */
static bool append(Copy *copy, const char *key, const yaml_node_t *node, int depth) {
        bool is_list = node->type == YAML_SEQUENCE_NODE, good = true;

        if (depth > DEPTH_MAX || copy->left-- <= 0)
                return false;
        if (node->type == YAML_SCALAR_NODE) {
                const char *text = yaml_json_scalar(node);
                bool is_null = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && is_one_of(text, "", "~");

                if (is_null || yaml_json_is_plain(node))
                        json_value(copy->json, key, is_null ? NULL : text);
                else
                        json_string(copy->json, key, text);
                return true;
        }
        json_open(copy->json, key, is_list ? '[' : '{');
        if (is_list)
                for (const yaml_node_item_t *item = node->data.sequence.items.start;
                        item < node->data.sequence.items.top && good; item++)
                        good = append(copy, NULL, yaml_document_get_node(copy->document, *item), depth + 1);
        else
                for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
                        pair < node->data.mapping.pairs.top && good; pair++) {
                        const char *name = yaml_json_scalar(yaml_document_get_node(copy->document, pair->key));

                        good = name &&
                               append(copy, name, yaml_document_get_node(copy->document, pair->value), depth + 1);
                }
        json_close(copy->json, is_list ? ']' : '}');
        return good;
}

bool yaml_json_append(Json *json, yaml_document_t *document, const char *key, const yaml_node_t *node) {
        Copy copy = {document, json, document->nodes.top - document->nodes.start};

        return append(&copy, key, node, 0);
}
