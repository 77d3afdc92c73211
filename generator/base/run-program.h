/* Running programs and waiting for their end. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"

/* Runs the program @arguments[0], a path, with @input as its standard input. Returns its exit status, or -1 if it could not be run
 * (that was logged) or was killed. */
int run_program(char *const arguments[], const Buffer *input);

/* The same in two steps, between which it runs by itself. Returns its process, or -1 if it could not be run (that was logged). With
 * @quiet, what it complains of is thrown away. */
pid_t start_program(char *const arguments[], const Buffer *input, bool quiet);
int end_program(pid_t pid);
