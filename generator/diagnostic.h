/* Diagnostics: what is wrong with a manifest, where, and what is allowed there. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "arena.h"

/* A place in a file, counted from 1; line 0 means "not given". */
typedef struct Mark {
        uint32_t line;
        uint32_t column;
} Mark;

typedef enum Severity {
        SEVERITY_WARNING, /* may be meant, or does less than it says: nothing is left out for it */
        SEVERITY_ERROR,   /* can never work */
} Severity;

typedef struct Diagnostic {
        struct Diagnostic *next; /* of this list */
        Severity severity;
        const void *subject; /* the container it is about; NULL for a whole file */
        const char *file;    /* as it was given */
        const char *text;    /* "FILE:LINE:COLUMN: path.to.option: message" */
} Diagnostic;

/* The list keeps the first DIAGNOSTICS_MAX and counts the rest, so that a hostile manifest cannot fill the log. */
#define DIAGNOSTICS_MAX 1000

typedef struct Diagnostics {
        Arena *arena;
        Diagnostic *first, **end;
        unsigned errors, warnings, kept;
} Diagnostics;

/* Prepares an empty list, whose texts are owned by @arena. */
void diagnostics_init(Diagnostics *diagnostics, Arena *arena);

/* Adds one. @mark may be NULL for a file as a whole, @option for a place that is no option. The message is formatted as
 * printf(3), or vprintf(3). */
void diagnose(Diagnostics *diagnostics, Severity severity, const void *subject, const char *file, const Mark *mark,
        const char *option, const char *format, ...) __attribute__((format(printf, 7, 8)));
void vdiagnose(Diagnostics *diagnostics, Severity severity, const void *subject, const char *file, const Mark *mark,
        const char *option, const char *format, va_list arguments) __attribute__((format(printf, 7, 0)));

/* Whether further ones are only counted. */
static inline bool diagnostics_are_full(const Diagnostics *diagnostics) {
        return diagnostics->kept >= DIAGNOSTICS_MAX;
}

/* Logs all of them, see log.h: each with its severity, and a last line that counts those not kept. */
void diagnostics_log(const Diagnostics *diagnostics);
