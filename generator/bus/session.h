/* SPDX-License-Identifier: MIT */
/* Sessions: commands that root runs in a container. The container's own systemd runs them, as services: processes that enter it in another
 * way are outside of its control groups, and stopping it would wait for them in vain. */
#pragma once

#include "base/common.h"

/* Runs @command, whose first element is a path and whose last one is NULL, in @container with this program's standard input, output and
 * error, or with a terminal of the container's own if all three are a terminal. Signals that would end this program are forwarded to it.
 * Returns its exit status, or 128 plus the signal's number if a signal ended it; EXIT_FAILURE, after logging, if it could not be run to its
 * end. */
int session_run(const char *container, char *const command[]);

/* Returns this program's exit status for a command that, according to the container, ended with @code and @status of waitid(2): the
 * command's own, or 128 plus the signal's number. EXIT_FAILURE for numbers that no process can end with. */
int session_exit_status(int code, int status);
