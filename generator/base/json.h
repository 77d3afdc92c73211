/* SPDX-License-Identifier: MIT */
/* Writing JSON, RFC 8259, and strings of it, which are strings of YAML as well. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* What is written, on one line but where json_break() says so. */
typedef struct Json {
        Buffer text;
        const char *line_break; /* what stands before the next value, or the end */
        bool follows;           /* there is a value before the next one */
} Json;

#define JSON_NULL ((Json){0})

/* All that is written to an object has a @key; to an array, and at the top, that is NULL. */

/* Starts an object, '{', or an array, '['. */
void json_open(Json *json, const char *key, char bracket);

/* Ends it, '}' or ']'. */
void json_close(Json *json, char bracket);

/* A string; null if @text is NULL. */
void json_string(Json *json, const char *key, const char *text);

void json_number(Json *json, const char *key, uint64_t number);

void json_bool(Json *json, const char *key, bool value);

/* A value that is JSON already; null if @value is NULL. */
void json_value(Json *json, const char *key, const char *value);

/* Has the next value, or the end of what holds it, stand behind @line_break, a newline and blanks. */
void json_break(Json *json, const char *line_break);

void json_free(Json *json);

#define CLEANUP_JSON CLEANUP(json_free)

/* Gives @text as a string, quotes included. What is no UTF-8 of it becomes U+FFFD. Owned by @arena. */
char *json_quote(Arena *arena, const char *text);

/* Gives what json_quote() was given for the @length bytes at @text, and for what it would not have written something like it: quotes may be
 * missing. Owned by @arena. */
char *json_unquote(Arena *arena, const char *text, size_t length);
