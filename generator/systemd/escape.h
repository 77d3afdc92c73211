/* SPDX-License-Identifier: MIT */
/* Escaping: one function for each syntax that text of a manifest is written in. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Appends @text so that it stands inside "double quotes" as one word of a unit file or of tmpfiles.d(5): quotes and
 * backslashes are escaped, and % is doubled so that it starts no specifier. In Exec lines this is right only behind the
 * prefix ":", which switches off the expansion of $. systemd.syntax(7), systemd.service(5), tmpfiles.d(5). */
void escape_quoted(Buffer *buffer, const char *text, size_t length);

/* Appends @text so that it stands in a unit file without quotes, in settings that expand specifiers but know neither
 * quotes nor escapes (Description=, SourcePath=): % is doubled, control characters become "?". */
void escape_bare(Buffer *buffer, const char *text, size_t length);

/* Gives the path @path as it appears in the name of a unit: "/sys/x-y" is "sys-x\x2dy". @path is absolute and has no
 * "." or ".." in it. systemd.unit(5), "String Escaping for Inclusion in Unit Names". Owned by @arena. */
char *escape_unit_path(Arena *arena, const char *path);

/* Gives @text so that it may stand behind the "@" of a unit's name. What is allowed there stays as it is, "-" too, as
 * in systemd-nspawn's instances; all else becomes "\xNN". Owned by @arena. */
char *escape_unit_instance(Arena *arena, const char *text);

/* Gives @text as a person can read it in a message, between double quotes, with C escapes for what cannot be seen, and
 * cut after 100 characters. Owned by @arena. */
char *escape_message(Arena *arena, const char *text, size_t length);

/* Gives @path as one path of a --bind= argument of systemd-nspawn(1), where ":" separates. Owned by @arena unless it is
 * @path itself. */
const char *escape_bind_path(Arena *arena, const char *path);
