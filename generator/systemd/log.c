#include "systemd/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

static int kmsg = -1;

void log_open(void) {
        const char *exec_pid = getenv("SYSTEMD_EXEC_PID");

        if (exec_pid && strtol(exec_pid, NULL, 10) == getpid() && !isatty(STDERR_FILENO))
                kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

static void replace_control_characters(char *text) {
        char *to = text;

        for (const char *from = text; *from; from++) {
                bool is_wide = utf8_is_control(from, 2);

                *to = *from;
                if (is_wide || (unsigned char)*from < ' ' || *from == 0x7f)
                        *to = '?';
                to++;
                from += is_wide;
        }
        *to = '\0';
}

const char *printable(Arena *arena, const char *text) {
        char *copy = arena_copy(arena, text, strlen(text));

        replace_control_characters(copy);
        return copy;
}

/* Formats a message as one line; free(3) it. NULL, after that was said, if there is no memory. */
static char *format_message(const char *format, va_list arguments) {
        char *text;

        if (vasprintf(&text, format, arguments) < 0) {
                (void)!write(STDERR_FILENO, "Out of memory.\n", 15);
                return NULL;
        }
        replace_control_characters(text);
        return text;
}

void log_message(int priority, const char *format, ...) {
        char line[LOG_KMSG_MAX + 1], *text;
        va_list arguments;

        va_start(arguments, format);
        text = format_message(format, arguments);
        va_end(arguments);
        if (!text)
                return;
        if (kmsg < 0) {
                fprintf(stderr, "%s\n", text);
        } else {
                int length = snprintf(line, sizeof(line), "<%i>%s[%i]: %s\n", priority, program_invocation_short_name,
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

void print_safely(const char *format, ...) {
        va_list arguments;
        char *text;

        va_start(arguments, format);
        text = format_message(format, arguments);
        va_end(arguments);
        if (text)
                printf("%s\n", text);
        free(text);
}
