/* SPDX-License-Identifier: MIT */
#include "bus/unit-log.h"

#include <syslog.h>
#include <systemd/sd-journal.h>

#include "base/run-program.h"
#include "base/text.h"
#include "config.h"

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

/* Whether the process @pid has said what @journal is at. */
static bool is_from(sd_journal *journal, pid_t pid) {
        char expected[32];
        const void *data;
        size_t length;

        (void)snprintf(expected, sizeof(expected), "_PID=%i", pid);
        return sd_journal_get_data(journal, "_PID", &data, &length) >= 0 && length == strlen(expected) &&
               memcmp(data, expected, length) == 0;
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

static int open_journal(const char *match, bool only_errors, sd_journal **ret_journal) {
        int r = sd_journal_open(ret_journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

        if (r >= 0)
                r = sd_journal_add_match(*ret_journal, match, 0);
        for (int priority = LOG_EMERG; only_errors && priority <= LOG_ERR && r >= 0; priority++) {
                const char text[] = {'P', 'R', 'I', 'O', 'R', 'I', 'T', 'Y', '=', (char)('0' + priority), '\0'};

                r = sd_journal_add_match(*ret_journal, text, 0);
        }
        return r < 0 ? r : sd_journal_seek_tail(*ret_journal);
}

/* The oldest first. */
static void reverse(const char *lines[], size_t length) {
        for (size_t i = 0; i < length / 2; i++) {
                const char *line = lines[i];

                lines[i] = lines[length - 1 - i];
                lines[length - 1 - i] = line;
        }
}

static size_t read_last(Arena *arena, const char *match, bool only_errors, pid_t left_out, uint64_t since,
        size_t length, const char *ret_lines[]) {
        sd_journal *journal = NULL;
        size_t found = 0;
        uint64_t when;
        int r = open_journal(match, only_errors, &journal);

        while (r >= 0 && found < length && sd_journal_previous(journal) > 0 &&
                sd_journal_get_monotonic_usec(journal, &when, NULL) >= 0 && when >= since) {
                const char *line = left_out > 0 && is_from(journal, left_out) ? NULL : read_message(arena, journal);

                if (line)
                        ret_lines[found++] = line;
        }
        sd_journal_close(journal);
        reverse(ret_lines, found);
        return found;
}

size_t unit_log_read(
        Arena *arena, const char *match, pid_t left_out, uint64_t since, size_t length, const char *ret_lines[]) {
        size_t found = length > 0 ? read_last(arena, match, true, left_out, since, length, ret_lines) : 0;

        return found > 0 || length == 0 ? found : read_last(arena, match, false, left_out, since, length, ret_lines);
}
