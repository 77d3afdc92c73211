/* SPDX-License-Identifier: MIT */
/* Diagnostics: what is wrong with a manifest, where, and what is allowed there. */
#pragma once

#include <stdarg.h>

#include "base/arena.h"
#include "base/name-table.h"

/* A place in a file, counted from 1; line 0 means "not set". */
typedef struct Mark {
        uint32_t line;
        uint32_t column;
} Mark;

typedef enum Severity {
        SEVERITY_WARNING, /* may be intended, or has only a partial effect: nothing is left out because of it */
        SEVERITY_ERROR,   /* cannot work */
} Severity;

typedef struct Diagnostic {
        struct Diagnostic *next;         /* of this list */
        struct Diagnostic *next_of_same; /* of an error: the next one about the same container or file */
        Severity severity;
        const char *text; /* "FILE:LINE:COLUMN: path.to.option: message", or without the place */
} Diagnostic;

/* The errors about one container, or about one file as a whole. */
typedef struct Errors {
        const Diagnostic *first; /* never NULL */
        Diagnostic *last;
        unsigned length, kept;
} Errors;

/* The list keeps the first DIAGNOSTICS_MAX diagnostics, and after these only the first error of each container and file that had none
 * before; the rest is counted. So a hostile manifest cannot exhaust memory with one container, nor hide the errors of another. */
#define DIAGNOSTICS_MAX 1000

/* How many of them are logged: a manifest may have tens of thousands of containers. */
#define DIAGNOSTICS_LOGGED_MAX (2 * DIAGNOSTICS_MAX)

typedef struct Diagnostics {
        Arena *arena;
        Diagnostic *first, **end;
        unsigned errors, warnings, kept;
        bool without_places;               /* those about containers name only options */
        NameTable of_containers, of_files; /* Errors, by the name of what they are about */
} Diagnostics;

/* Prepares an empty list, whose texts are owned by @arena. Free it with diagnostics_free(). */
void diagnostics_init(Diagnostics *diagnostics, Arena *arena);

/* Adds a diagnostic about the container @container, or about the whole @file if that is NULL; both names must outlive the list. @mark may
 * be NULL for a file as a whole, @option for a place that is not an option. The message is formatted like printf(3), or vprintf(3). */
void diagnose(Diagnostics *diagnostics, Severity severity, const char *container, const char *file, const Mark *mark,
        const char *option, const char *format, ...) __attribute__((format(printf, 7, 8)));
void vdiagnose(Diagnostics *diagnostics, Severity severity, const char *container, const char *file, const Mark *mark,
        const char *option, const char *format, va_list arguments) __attribute__((format(printf, 7, 0)));

/* Whether another error about @container, or about the whole @file if that is NULL, would be kept: if not, its text need not be created. */
bool diagnostics_keep_error(const Diagnostics *diagnostics, const char *container, const char *file);

/* Returns the errors about @container, or about the whole @file if that is NULL; NULL if there are none. */
Errors *diagnostics_errors(const Diagnostics *diagnostics, const char *container, const char *file);

/* Logs the first @most diagnostics that are at least as severe as @least, see log.h: each with its severity, and a last line that counts
 * those not logged. */
void diagnostics_log(const Diagnostics *diagnostics, Severity least, unsigned most);

/* Frees what is not in the arena. */
void diagnostics_free(Diagnostics *diagnostics);
