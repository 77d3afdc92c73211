/* SPDX-License-Identifier: MIT */
#include "switch/last-log.h"

#include <systemd/sd-journal.h>

#include "base/arena.h"
#include "base/run-program.h"
#include "config.h"
#include "systemd/log.h"

void last_log_sync(void) {
        char *const arguments[] = {(char *)TOOL_JOURNALCTL, (char *)"--sync", NULL};

        ignore_failure(end_program(start_program(arguments, &BUFFER_NULL, true)));
}

/* The colours of a console, ESC [ … m, are left out, as what is logged has no control characters. */
static size_t copy_plain(const char *text, size_t length, char *ret_plain) {
        size_t copied = 0;

        for (size_t i = 0; i < length; i++) {
                size_t end = i + 2;

                if (text[i] == '\033' && i + 1 < length && text[i + 1] == '[') {
                        while (end < length && ((text[end] >= '0' && text[end] <= '9') || text[end] == ';'))
                                end++;
                        if (end < length && text[end] == 'm') {
                                i = end;
                                continue;
                        }
                }
                ret_plain[copied++] = text[i];
        }
        return copied;
}

/* The message of the entry that @journal is at, or NULL. */
static const char *message_of(Arena *arena, sd_journal *journal) {
        static const char field[] = "MESSAGE=";
        const size_t skip = sizeof(field) - 1;
        const void *data;
        size_t length;
        char *plain;

        if (sd_journal_get_data(journal, "MESSAGE", &data, &length) < 0 || length <= skip)
                return NULL;
        plain = arena_alloc(arena, length - skip + 1);
        plain[copy_plain((const char *)data + skip, length - skip, plain)] = '\0';
        return plain;
}

/* Logs the last lines whose @field is @unit. Returns how many there were. */
static size_t show_last(const char *field, const char *unit, uint64_t since, size_t length) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        sd_journal *journal = NULL;
        const char **lines = arena_alloc(&arena, (length + 1) * sizeof(*lines));
        size_t found = 0;
        uint64_t when;
        int r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

        if (r >= 0)
                r = sd_journal_add_match(journal, arena_printf(&arena, "%s=%s", field, unit), 0);
        if (r >= 0)
                r = sd_journal_seek_tail(journal);
        while (r >= 0 && found < length && sd_journal_previous(journal) > 0 &&
                sd_journal_get_monotonic_usec(journal, &when, NULL) >= 0 && when >= since) {
                const char *line = message_of(&arena, journal);

                if (line)
                        lines[found++] = line;
        }
        for (size_t i = found; i-- > 0;)
                log_message(LOG_ERR, "    %s", lines[i]);
        sd_journal_close(journal);
        return found;
}

void last_log_show(const char *unit, uint64_t since, size_t length) {
        /* What systemd says of it is less than what it has said itself. */
        if (length > 0 && show_last("_SYSTEMD_UNIT", unit, since, length) == 0)
                (void)show_last("UNIT", unit, since, length);
}
