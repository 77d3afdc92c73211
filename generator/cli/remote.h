/* SPDX-License-Identifier: MIT */
/* Running a verb on other hosts, through ssh(1). There, nixos-container is run with --remote, see remote_end_with_output(). */
#pragma once

#include "base/buffer.h"
#include "cli/remote-host.h"

/* Runs verb argv[0] on @host with this program's standard input, output and error; @terminal: with a terminal there if all three are
 * terminals. Signals are forwarded to ssh, and end this program if they end ssh. @passes_status: the exit status may be that of any
 * program; otherwise, 127 is that of a shell that has not found nixos-container. Returns the exit status, or a failure; exit status 255 is
 * a failure of ssh. */
int remote_run(const RemoteHost *host, bool terminal, bool passes_status, char *const argv[]);

/* What a verb has printed on a host. */
typedef struct RemoteOutput {
        const RemoteHost *host;
        int status; /* its exit status, or a failure that was logged, as is what it printed to standard error */
        Buffer text;
} RemoteOutput;

/* Runs verb argv[0] on all hosts at the same time, without input. Returns once all have ended. */
MUST_CHECK int remote_collect(const RemoteHost hosts[], size_t length, char *const argv[], RemoteOutput outputs[]);

/* On the other host: from now on, sends this process SIGHUP once nobody can read its standard output, which is all that the end of a
 * connection without a terminal does. With a terminal, the kernel sends it. */
MUST_CHECK int remote_end_with_output(void);
