#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int kmsg = -1;

void log_open(void) {
        const char *exec_pid = getenv("SYSTEMD_EXEC_PID");

        if (exec_pid && strtol(exec_pid, NULL, 10) == getpid() && !isatty(STDERR_FILENO))
                kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

static void replace_control_characters(char *text) {
        for (char *c = text; *c; c++)
                if ((unsigned char)*c < ' ' || *c == 0x7f)
                        *c = '?';
}

void log_message(int priority, const char *format, ...) {
        char line[LOG_KMSG_MAX + 1], *text = NULL;
        va_list arguments;
        int length;

        va_start(arguments, format);
        length = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (length < 0) {
                (void)!write(STDERR_FILENO, "Out of memory.\n", 15);
                return;
        }
        replace_control_characters(text);

        if (kmsg < 0) {
                fprintf(stderr, "%s\n", text);
        } else {
                length = snprintf(line, sizeof(line), "<%i>%s[%i]: %s\n", priority, program_invocation_short_name,
                        getpid(), text);
                if (length > LOG_KMSG_MAX) {
                        static const char cut[] = " …\n";

                        length = LOG_KMSG_MAX;
                        memcpy(line + LOG_KMSG_MAX - (sizeof(cut) - 1), cut, sizeof(cut));
                }
                (void)!write(kmsg, line, (size_t)length);
        }
        free(text);
}
