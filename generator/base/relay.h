/* SPDX-License-Identifier: MIT */
/* Relays: standard input, output and error for whoever is not to have this program's own. A terminal can be typed into by who has it, and
 * a file has a position, flags and a name. So these are pipes, and processes copy all that comes through them, each in its direction. */
#pragma once

#include "base/common.h"

typedef struct Relays {
        int streams[3];     /* what to hand out, to be closed here then; input has no end if there is no relay of it */
        int last;           /* as long as somebody has it open there may be more output */
        pid_t processes[3]; /* 0: none */
} Relays;

#define RELAYS_NULL                                                                                                    \
        {                                                                                                              \
                {-1, -1, -1}, -1, {                                                                                    \
                        0, 0, 0                                                                                        \
                }                                                                                                      \
        }

/* Opens the streams. Without @with_input the input of those who get them is empty. What fails is not logged. */
MUST_CHECK int relays_open(Relays *relays, bool with_input);

/* Becomes @program, whose first element is its path, with the streams. */
MUST_CHECK int relays_become(const Relays *relays, char *const program[]);

/* Closes the streams here, which somebody else has by now. */
void relays_close_streams(Relays *relays);

/* Ends the relays: what is in the pipes has been copied then. */
void relays_end(Relays *relays);
