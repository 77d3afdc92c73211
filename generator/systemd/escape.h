/* SPDX-License-Identifier: MIT */
/* Escaping: one function for each syntax that text of a manifest is written in. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Appends @text as one word inside "double quotes" of a unit file or of tmpfiles.d(5): quotes and backslashes are escaped, and % is doubled
 * so that it starts no specifier. In Exec lines this is only right after the prefix ":", which disables the expansion of $.
 * systemd.syntax(7), systemd.service(5), tmpfiles.d(5). */
void escape_quoted(Buffer *buffer, const char *text, size_t length);

/* Appends @text without quotes to a unit file, for settings that expand specifiers but know neither quotes nor escapes (Description=,
 * SourcePath=): % is doubled, control characters become "?". */
void escape_bare(Buffer *buffer, const char *text, size_t length);

/* Returns @text in a form that is allowed after the "@" of a unit's name. Characters allowed there are unchanged, including "-", as in
 * systemd-nspawn's instances; all others become "\xNN". Owned by @arena. */
char *escape_unit_instance(Arena *arena, const char *text);

/* Returns @text in a readable form for messages, in double quotes, with C escapes for what is not visible, and cut after 100 characters.
 * Owned by @arena. */
char *escape_message(Arena *arena, const char *text, size_t length);

/* Returns @path as one path of a --bind= argument of systemd-nspawn(1), where ":" separates. Owned by @arena unless it is @path itself. */
const char *escape_bind_path(Arena *arena, const char *path);
