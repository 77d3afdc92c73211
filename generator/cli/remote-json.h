/* SPDX-License-Identifier: MIT */
/* What list and plan print with --json on other hosts: a list of objects. */
#pragma once

#include "base/buffer.h"
#include "base/json.h"
#include "cli/list-table.h"

/* Appends each object of @text, which @host has printed, to the array @json, with a "host" as its first member. Returns false if it is not
 * what these verbs print. */
bool remote_json_merge(Json *json, const char *host, const Buffer *text);

typedef struct ListRows {
        ListRow *rows; /* malloc(3) */
        size_t length, capacity;
} ListRows;

/* Adds a row for each object of @text, which list has printed on @host at the time @now; with the host if @with_host. Returns false if it
 * is not what list prints. What is in the rows is owned by @arena. */
bool remote_json_read_rows(
        Arena *arena, const char *host, bool with_host, const Buffer *text, uint64_t now, ListRows *rows);
