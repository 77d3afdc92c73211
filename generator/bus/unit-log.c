/* SPDX-License-Identifier: MIT */
#include "bus/unit-log.h"

#include <syslog.h>
#include <systemd/sd-journal.h>

#include "base/run-program.h"
#include "base/text.h"
#include "bus/manager.h"
#include "config.h"

/* How far back is looked for what has just failed. */
#define ENTRIES_MAX ((size_t)10000)

void unit_log_sync(void) {
        char *const arguments[] = {(char *)TOOL_JOURNALCTL, (char *)"--sync", NULL};

        ignore_failure(end_program(start_program(arguments, &BUFFER_NULL, true)));
}

/* The length of what sets a colour at @text, ESC [ … m, or 0. */
static size_t colour_length(const char *text, size_t length) {
        size_t end = 2;

        if (length < 3 || text[0] != '\033' || text[1] != '[')
                return 0;
        while (end < length && ((text[end] >= '0' && text[end] <= '9') || text[end] == ';'))
                end++;
        return end < length && text[end] == 'm' ? end + 1 : 0;
}

/* A line of a console as it can be shown: without colours, valid UTF-8, and nothing that acts on a terminal. */
static const char *shown(Arena *arena, const char *text, size_t length) {
        char *line = arena_alloc(arena, length + 1);
        size_t copied = 0, size;

        for (size_t i = 0; i < length; i += size) {
                size = colour_length(text + i, length - i);
                if (size > 0)
                        continue;
                size = utf8_size(text + i, length - i);
                if (size == 0 || text[i] == '\0') {
                        line[copied++] = '?';
                        size = 1;
                } else {
                        memcpy(line + copied, text + i, size);
                        copied += size;
                }
        }
        line[copied] = '\0';
        make_printable(line);
        return line;
}

/* Whether what @journal is at has @field, "NAME=VALUE". */
static bool has_field(sd_journal *journal, const char *field) {
        char name[64];
        const void *data;
        size_t length;

        (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(field, "="), field);
        return sd_journal_get_data(journal, name, &data, &length) >= 0 && length == strlen(field) &&
               memcmp(data, field, length) == 0;
}

static bool is_error(sd_journal *journal) {
        static const char field[] = "PRIORITY=";
        const void *data;
        size_t length;

        return sd_journal_get_data(journal, "PRIORITY", &data, &length) >= 0 && length == sizeof(field) &&
               ((const char *)data)[sizeof(field) - 1] <= '0' + LOG_ERR;
}

/* What the entry that @journal is at says, or NULL. */
static const char *read_message(Arena *arena, sd_journal *journal) {
        static const char field[] = "MESSAGE=";
        const size_t skip = sizeof(field) - 1;
        const void *data;
        size_t length;

        if (sd_journal_get_data(journal, "MESSAGE", &data, &length) < 0 || length <= skip)
                return NULL;
        return shown(arena, (const char *)data + skip, length - skip);
}

/* The journal is gone through from its end, as sd_journal_add_match() of systemd 252 to 257 ends the process if there is no memory. */
size_t unit_log_read(Arena *arena, UnitLogQuery query, size_t length, const char *ret_lines[]) {
        const char *process = arena_printf(arena, "_PID=%i", query.process);
        const char *left_out = arena_printf(arena, "_PID=%i", query.left_out);
        const char **lines[2] = {arena_alloc(arena, (length + 1) * sizeof(char *)), /* by whether they are errors */
                arena_alloc(arena, (length + 1) * sizeof(char *))};
        size_t found[2] = {0}, kind;
        sd_journal *journal = NULL;
        uint64_t when;
        int r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

        if (r >= 0)
                r = sd_journal_seek_tail(journal);
        for (size_t i = 0; r >= 0 && found[true] < length && i < ENTRIES_MAX && sd_journal_previous(journal) > 0 &&
                           sd_journal_get_monotonic_usec(journal, &when, NULL) >= 0 && when >= query.since;
                i++) {
                const char *line;

                kind = is_error(journal);
                if (found[kind] < length &&
                        (has_field(journal, query.match) || (query.process > 0 && has_field(journal, process))) &&
                        !(query.left_out > 0 && has_field(journal, left_out)) && (line = read_message(arena, journal)))
                        lines[kind][found[kind]++] = line;
        }
        sd_journal_close(journal);
        kind = found[true] > 0;
        /* The last one was found first. */
        for (size_t i = 0; i < found[kind]; i++)
                ret_lines[i] = lines[kind][found[kind] - 1 - i];
        return found[kind];
}

UnitLogQuery unit_log_of_invocation(Arena *arena, sd_bus *bus, const char *unit, const char *invocation) {
        return (UnitLogQuery){
                .match = arena_join(arena, "_SYSTEMD_INVOCATION_ID=", invocation),
                .process = service_main_process(bus, unit),
                .since = service_started(bus, unit),
        };
}

const char *unit_log_summary(Arena *arena, UnitLogQuery query) {
        const char *lines[3], *summary = NULL;
        size_t found = unit_log_read(arena, query, sizeof(lines) / sizeof(lines[0]), lines);

        for (size_t i = 0; i < found; i++)
                summary = i == 0 ? lines[i] : arena_printf(arena, "%s; %s", summary, lines[i]);
        return summary;
}
