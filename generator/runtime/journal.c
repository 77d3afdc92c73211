/* SPDX-License-Identifier: MIT */
#include "runtime/journal.h"

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>

#include "systemd/log.h"

/* As SyslogIdentifier= is in the unit. */
static char identifier[128];

/* What messages are about, if not the unit of this process. */
static const char *subject;

/* journald finds out of which unit a message is as long as its sender is there, which may end right behind it. So this tells it, as one of
 * the host's programs may that speaks of a unit. systemd.journal-fields(7) */
static void send_message(int priority, const char *text) {
        CLEANUP_FREE char *own = NULL;
        const char *unit = subject;

        if (!unit && sd_pid_get_unit(0, &own) >= 0)
                unit = own;
        if (sd_journal_send("MESSAGE=%s", text, "PRIORITY=%i", priority, "SYSLOG_IDENTIFIER=%s", identifier,
                    unit ? "OBJECT_SYSTEMD_UNIT=%s" : NULL, unit, NULL) < 0)
                log_to_stderr(priority, text);
}

void journal_set_subject(const char *unit) {
        subject = unit;
}

void journal_open(const char *container) {
        const char *stream = getenv("JOURNAL_STREAM");
        struct stat status;
        char own[64];

        if (!stream || fstat(STDERR_FILENO, &status) < 0)
                return;
        snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
        if (strcmp(stream, own) != 0)
                return;
        snprintf(identifier, sizeof(identifier), "%s%s", container ? "container " : "",
                container ? container : program_invocation_short_name);
        log_set_target(send_message);
}
