/* SPDX-License-Identifier: MIT */
#include "manifest/diagnostic.h"

#include "base/text.h"
#include "systemd/log.h"

void diagnostics_init(Diagnostics *diagnostics, Arena *arena) {
        *diagnostics = (Diagnostics){.arena = arena};
        diagnostics->end = &diagnostics->first;
}

Errors *diagnostics_errors(const Diagnostics *diagnostics, const char *container, const char *file) {
        return container ? name_table_find(&diagnostics->of_containers, container)
                         : name_table_find(&diagnostics->of_files, file);
}

bool diagnostics_keep_error(const Diagnostics *diagnostics, const char *container, const char *file) {
        return diagnostics->kept < DIAGNOSTICS_MAX || !diagnostics_errors(diagnostics, container, file);
}

/* Adds @kept, or only counts one that is not kept if it is NULL: that is never the first one. */
static void add_error(Diagnostics *diagnostics, const char *container, const char *file, Diagnostic *kept) {
        Errors *errors = diagnostics_errors(diagnostics, container, file);

        if (!errors) {
                errors = arena_alloc(diagnostics->arena, sizeof(*errors));
                (void)name_table_add(container ? &diagnostics->of_containers : &diagnostics->of_files,
                        container ? container : file, errors);
                errors->first = kept;
        } else if (kept) {
                errors->last->next_of_same = kept;
        }
        errors->length++;
        if (kept) {
                errors->last = kept;
                errors->kept++;
        }
}

void vdiagnose(Diagnostics *diagnostics, Severity severity, const char *container, const char *file, const Mark *mark,
        const char *option, const char *format, va_list arguments) {
        bool is_error = severity == SEVERITY_ERROR, is_kept = diagnostics->kept < DIAGNOSTICS_MAX;
        Diagnostic *diagnostic = NULL;

        if (is_error) {
                diagnostics->errors++;
                is_kept = diagnostics_keep_error(diagnostics, container, file);
        } else {
                diagnostics->warnings++;
        }
        if (is_kept) {
                static const char mark_of_cut[] = " …";
                const char *place = "";
                char message[2048];
                const size_t most = sizeof(message) - sizeof(mark_of_cut);

                /* systemd reads no unit that has a part of a character in it. */
                if (vsnprintf(message, sizeof(message), format, arguments) >= (int)sizeof(message))
                        memcpy(message + utf8_cut(message, sizeof(message) - 1, most), mark_of_cut,
                                sizeof(mark_of_cut));
                if (!diagnostics->without_places || !container)
                        place = mark && mark->line > 0
                                        ? arena_printf(diagnostics->arena, "%s:%u:%u: ", file, mark->line, mark->column)
                                        : arena_join(diagnostics->arena, file, ": ");
                diagnostic = arena_alloc(diagnostics->arena, sizeof(*diagnostic));
                diagnostic->severity = severity;
                diagnostic->text = arena_printf(
                        diagnostics->arena, "%s%s%s%s", place, option ? option : "", option ? ": " : "", message);
                *diagnostics->end = diagnostic;
                diagnostics->end = &diagnostic->next;
                diagnostics->kept++;
        }
        if (is_error)
                add_error(diagnostics, container, file, diagnostic);
}

void diagnose(Diagnostics *diagnostics, Severity severity, const char *container, const char *file, const Mark *mark,
        const char *option, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        vdiagnose(diagnostics, severity, container, file, mark, option, format, arguments);
        va_end(arguments);
}

void diagnostics_log(const Diagnostics *diagnostics, Severity least, unsigned most) {
        unsigned left = diagnostics->errors + (least == SEVERITY_WARNING ? diagnostics->warnings : 0), logged = 0;

        for (const Diagnostic *d = diagnostics->first; d && logged < most; d = d->next) {
                if (d->severity < least)
                        continue;
                if (d->severity == SEVERITY_ERROR)
                        log_message(LOG_ERR, "%s", d->text);
                else
                        log_message(LOG_WARNING, "%s (warning)", d->text);
                logged++;
        }
        if (left > logged)
                log_message(LOG_ERR, "… and %u more.", left - logged);
}

void diagnostics_free(Diagnostics *diagnostics) {
        name_table_free(&diagnostics->of_containers);
        name_table_free(&diagnostics->of_files);
}
