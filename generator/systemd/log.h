/* SPDX-License-Identifier: MIT */
/* Log messages in systemd's own form: to the kernel log if systemd runs the program as a generator (its standard error is then /dev/null),
 * otherwise to standard error, unless the program sets another target. */
#pragma once

#include "base/common.h"

#include <syslog.h>

/* The maximum length of a message for one write(2) to /dev/kmsg; a longer one is rejected with EINVAL. */
#define LOG_KMSG_MAX 1024

/* Chooses where messages go. Reads $SYSTEMD_EXEC_PID, see systemd.exec(5). */
void log_open(void);

/* Sends messages, each a line without its newline, to @target. */
typedef void (*LogTarget)(int priority, const char *text);
void log_set_target(LogTarget target);
void log_to_stderr(int priority, const char *text);

/* Logs one message of @priority (syslog(3)), formatted like printf(3), without a newline at its end. Control characters become '?'. In the
 * kernel log a message that is too long is truncated, and marked so. */
void log_message(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Logs a failure as an error: %m in @format is the text of @error, an errno(3) or a negated one. Returns it negated, as functions return
 * it. */
int log_error(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints a line to standard output, in the same way. */
void print_safely(const char *format, ...) __attribute__((format(printf, 1, 2)));
