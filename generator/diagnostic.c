#include "diagnostic.h"

#include <stdlib.h>

#include "log.h"

void diagnostics_init(Diagnostics *diagnostics, Arena *arena) {
        *diagnostics = (Diagnostics){.arena = arena};
        diagnostics->end = &diagnostics->first;
}

void vdiagnose(Diagnostics *diagnostics, Severity severity, const void *subject, const char *file, const Mark *mark,
        const char *option, const char *format, va_list arguments) {
        Diagnostic *diagnostic;
        char message[2048], place[32] = "";

        if (severity == SEVERITY_ERROR)
                diagnostics->errors++;
        else
                diagnostics->warnings++;
        if (diagnostics_are_full(diagnostics))
                return;
        diagnostics->kept++;

        vsnprintf(message, sizeof(message), format, arguments);
        if (mark && mark->line > 0)
                snprintf(place, sizeof(place), ":%u:%u", mark->line, mark->column);

        diagnostic = arena_alloc(diagnostics->arena, sizeof(*diagnostic));
        diagnostic->severity = severity;
        diagnostic->subject = subject;
        diagnostic->file = file;
        diagnostic->text = arena_printf(
                diagnostics->arena, "%s%s: %s%s%s", file, place, option ? option : "", option ? ": " : "", message);
        *diagnostics->end = diagnostic;
        diagnostics->end = &diagnostic->next;
}

void diagnose(Diagnostics *diagnostics, Severity severity, const void *subject, const char *file, const Mark *mark,
        const char *option, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        vdiagnose(diagnostics, severity, subject, file, mark, option, format, arguments);
        va_end(arguments);
}

void diagnostics_log(const Diagnostics *diagnostics) {
        unsigned left = diagnostics->errors + diagnostics->warnings - diagnostics->kept;

        for (const Diagnostic *d = diagnostics->first; d; d = d->next)
                if (d->severity == SEVERITY_ERROR)
                        log_message(LOG_ERR, "%s", d->text);
                else
                        log_message(LOG_WARNING, "%s (warning)", d->text);
        if (left > 0)
                log_message(LOG_ERR, "… and %u more.", left);
}
