/* SPDX-License-Identifier: MIT */
/* Running programs and other processes, and waiting for their end. */
#pragma once

#include "base/buffer.h"

/* Starts the program @arguments[0], a path, with @input as its standard input, without waiting for it. With @quiet, its standard error is
 * discarded. Returns its process. */
MUST_CHECK pid_t start_program(char *const arguments[], const Buffer *input, bool quiet);

/* Waits for the end of a process. Returns its exit status, or -ECHILD if a signal ended it. If @pid is a failure of start_program(),
 * returns that. */
MUST_CHECK int end_program(pid_t pid);

/* Ends a forked process with @status and no further cleanup: that is up to the process that forked it. */
void end_child(int status) __attribute__((noreturn));
