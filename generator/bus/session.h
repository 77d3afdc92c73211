/* SPDX-License-Identifier: MIT */
/* Sessions: commands of root in a container. The container's own systemd runs them, as services: what is entered in another way is
 * outside of the container's control groups, and its end waits for that in vain. */
#pragma once

#include "base/common.h"

/* Runs @command, whose first element is a path and whose last one NULL, in @container with this program's standard input, output
 * and error, or with a terminal of the container's own where all three are a terminal. Signals that would end this program are sent
 * to it. Returns its exit status, 128 and the signal's number if a signal ended it; EXIT_FAILURE, after it was logged, if it could
 * not be run to its end. */
int session_run(const char *container, char *const command[]);

/* The exit status of this program for a command that the container says to have ended with @code and @status of waitid(2): its own, or 128 and
 * the number of the signal. Numbers that no process can end with are EXIT_FAILURE. */
int session_exit_status(int code, int status);
