/* SPDX-License-Identifier: MIT */
/* Running programs, and other processes, and waiting for their end. */
#pragma once

#include "base/buffer.h"

/* Runs the program @arguments[0], a path, with @input as its standard input. Returns its exit status, -ECHILD if a signal ended it. */
MUST_CHECK int run_program(char *const arguments[], const Buffer *input);

/* The same in two steps, between which it runs by itself. The first returns its process, and the second hands on what the first has failed
 * with. With @quiet, what it complains of is thrown away. */
MUST_CHECK pid_t start_program(char *const arguments[], const Buffer *input, bool quiet);
MUST_CHECK int end_program(pid_t pid);

/* Ends a process that was forked, with @status, and nothing else that an end does: that is for who has forked it. */
void end_child(int status) __attribute__((noreturn));
