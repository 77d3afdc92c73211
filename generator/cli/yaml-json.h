/* SPDX-License-Identifier: MIT */
/* YAML, which JSON is, as JSON. */
#pragma once

#include <yaml.h>

#include "base/json.h"

/* Parses all of @text, one document. Returns its value, or NULL if it is not YAML, with the reason in libyaml's words, or NULL if it is no
 * value, in @ret_problem. Free @ret_document with yaml_document_delete(3) in any case. */
yaml_node_t *yaml_json_load(const Buffer *text, yaml_document_t *ret_document, const char **ret_problem);

/* Returns the text of a scalar, NULL if @node, which may be NULL, is none. */
const char *yaml_json_scalar(const yaml_node_t *node);

/* Whether @node, which may be NULL, is a number, true, false or null, which JSON has without quotes. */
bool yaml_json_is_plain(const yaml_node_t *node);

/* Appends the value @node of @document, under @key unless that is NULL. Returns false, with an approximation appended, for what JSON cannot
 * have or no user writes: keys that are not text, many levels, and more through aliases than there is without. */
bool yaml_json_append(Json *json, yaml_document_t *document, const char *key, const yaml_node_t *node);
