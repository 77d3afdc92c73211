/* Running a program and waiting for its end. */
#pragma once

#include "buffer.h"

/* Runs the program @arguments[0], a path, with @input as its standard input. Returns its exit status, or -1 if it could not be run
 * (that was logged) or was killed. */
int run_program(char *const arguments[], const Buffer *input);
