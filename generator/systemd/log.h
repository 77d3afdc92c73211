/* SPDX-License-Identifier: MIT */
/* Log messages in systemd's own form: to the kernel log when systemd runs the program as a generator (its standard
 * error is /dev/null then), to standard error otherwise, unless the program has another target for them. */
#pragma once

#include "base/common.h"

#include <syslog.h>

/* The longest message that one write(2) to /dev/kmsg takes; a longer one is refused whole with EINVAL. */
#define LOG_KMSG_MAX 1024

/* Chooses where messages go. Reads $SYSTEMD_EXEC_PID, see systemd.exec(5). */
void log_open(void);

/* Has messages, each a line without its newline, go to @target. */
typedef void (*LogTarget)(int priority, const char *text);
void log_set_target(LogTarget target);
void log_to_stderr(int priority, const char *text);

/* Logs one message of @priority (syslog(3)), formatted as printf(3), without a newline at its end. Control characters
 * become '?'. In the kernel log a message that is too long is cut, and marked so. */
void log_message(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Logs a failure as an error: %m in @format is the text of @error, an errno(3) or a negative one. Returns it as it is returned, negative. */
int log_error(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints a line to standard output, in the same way. */
void print_safely(const char *format, ...) __attribute__((format(printf, 1, 2)));
