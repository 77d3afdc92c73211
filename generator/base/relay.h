/* SPDX-License-Identifier: MIT */
/* Relays: standard input, output and error for programs that must not get this program's own. Whoever has a terminal can type into it, and
 * a file has a position, flags and a name. So these programs get pipes, and relay processes copy the data, one for each direction. */
#pragma once

#include "base/common.h"

typedef struct Relays {
        int streams[3];     /* to hand out, and then closed here; an input without a relay is empty */
        int last;           /* while anybody has it open, there may be more output */
        pid_t processes[3]; /* 0: none */
} Relays;

#define RELAYS_NULL                                                                                                    \
        {                                                                                                              \
                {-1, -1, -1}, -1, {                                                                                    \
                        0, 0, 0                                                                                        \
                }                                                                                                      \
        }

/* Opens the streams. Without @with_input, their standard input is empty. Failures are not logged. */
MUST_CHECK int relays_open(Relays *relays, bool with_input);

/* Executes @program, whose first element is its path, in place of this process, with the streams. */
MUST_CHECK int relays_become(const Relays *relays, char *const program[]);

/* Closes the streams here, once another process has them. */
void relays_close_streams(Relays *relays);

/* Ends the relays, after they have copied all output in the pipes. */
void relays_end(Relays *relays);
