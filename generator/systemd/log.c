/* SPDX-License-Identifier: MIT */
#include "systemd/log.h"

#include <stdarg.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

static int kmsg = -1;

/* The kernel takes a message in one write(2). */
static void write_kmsg(int priority, const char *text) {
        char line[LOG_KMSG_MAX + 1];
        size_t length = (size_t)snprintf(
                line, sizeof(line), "<%i>%s[%i]: %s\n", priority, program_invocation_short_name, getpid(), text);

        if (length > LOG_KMSG_MAX) {
                static const char mark[] = " …\n";

                length = utf8_cut(line, LOG_KMSG_MAX, LOG_KMSG_MAX - (sizeof(mark) - 1));
                memcpy(line + length, mark, sizeof(mark) - 1);
                length += sizeof(mark) - 1;
        }
        (void)!write(kmsg, line, length);
}

void log_to_stderr(int priority UNUSED, const char *text) {
        fprintf(stderr, "%s\n", text);
}

static LogTarget target = log_to_stderr;

static void complain(const char *message) {
        target(LOG_ERR, message);
}

void log_set_target(LogTarget new_target) {
        target = new_target;
        memory_set_complaint(complain);
}

void log_open(void) {
        const char *exec_pid = getenv("SYSTEMD_EXEC_PID");
        uint64_t pid;

        if (exec_pid && number_parse(exec_pid, 1, INT32_MAX, &pid) && (pid_t)pid == getpid() && !isatty(STDERR_FILENO))
                kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
        log_set_target(kmsg < 0 ? log_to_stderr : write_kmsg);
}

/* Formats a message as one line. */
static void say(LogTarget to, int priority, const char *format, va_list arguments) {
        CLEANUP_FREE char *text = NULL;

        if (vasprintf(&text, format, arguments) < 0) {
                text = NULL;
                complain("Out of memory.");
                return;
        }
        make_printable(text);
        to(priority, text);
}

void log_message(int priority, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        say(target, priority, format, arguments);
        va_end(arguments);
}

int log_error(int error, const char *format, ...) {
        va_list arguments;

        if (error < 0)
                error = -error;
        errno = error;
        va_start(arguments, format);
        say(target, LOG_ERR, format, arguments);
        va_end(arguments);
        return -error;
}

static void print_line(int priority UNUSED, const char *text) {
        printf("%s\n", text);
}

void print_safely(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        say(print_line, 0, format, arguments);
        va_end(arguments);
}
