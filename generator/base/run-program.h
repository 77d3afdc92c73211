/* SPDX-License-Identifier: MIT */
/* Running programs, and other processes, and waiting for their end. */
#pragma once

#include "base/buffer.h"

/* Runs the program @arguments[0], a path, with @input as its standard input, by itself. With @quiet, what it complains of is thrown away.
 * Returns its process. */
MUST_CHECK pid_t start_program(char *const arguments[], const Buffer *input, bool quiet);

/* Waits for the end of a process. Returns its exit status, -ECHILD if a signal ended it. What start_program() has failed with it hands on. */
MUST_CHECK int end_program(pid_t pid);

/* Ends a process that was forked, with @status, and nothing else that an end does: that is for who has forked it. */
void end_child(int status) __attribute__((noreturn));
