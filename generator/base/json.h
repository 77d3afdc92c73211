/* SPDX-License-Identifier: MIT */
/* Writing JSON, RFC 8259. JSON strings are also valid YAML strings. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* The text written so far, on one line except for each json_break(). */
typedef struct Json {
        Buffer text;
        const char *line_break; /* what precedes the next value, or the end */
        bool follows;           /* the next value is not the first */
} Json;

#define JSON_NULL ((Json){0})

/* Each value in an object has a @key; in an array and at the top level, @key is NULL. */

/* Starts an object, '{', or an array, '['. */
void json_open(Json *json, const char *key, char bracket);

/* Ends it, '}' or ']'. */
void json_close(Json *json, char bracket);

/* A string; null if @text is NULL. */
void json_string(Json *json, const char *key, const char *text);

void json_number(Json *json, const char *key, uint64_t number);

void json_bool(Json *json, const char *key, bool value);

/* A value that is already JSON; null if @value is NULL. */
void json_value(Json *json, const char *key, const char *value);

/* Puts @line_break, a newline and blanks, before the next value, or before the end of what contains it. */
void json_break(Json *json, const char *line_break);

void json_free(Json *json);

#define CLEANUP_JSON CLEANUP(json_free)

/* Returns @text as a string, including quotes. Invalid UTF-8 becomes U+FFFD. Owned by @arena. */
char *json_quote(Arena *arena, const char *text);

/* Reverses json_quote() for the @length bytes at @text. What json_quote() cannot have written gives an approximation: quotes may be
 * missing. Owned by @arena. */
char *json_unquote(Arena *arena, const char *text, size_t length);
