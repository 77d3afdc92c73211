/* SPDX-License-Identifier: MIT */
/* What is made on the host before a container starts, as its record says: directories, links and forwards, by the tools of the host,
 * which run at the same time. Each step that systemd would run by itself costs about as much as all of these together. */
#pragma once

#include "base/common.h"

/* Makes it, and waits for the links that @program, the arguments of systemd-nspawn, is to use. If that fails, the end of the container's
 * unit removes what there is. In either case *ret_listening is a process that goes on to listen on localhost, to be waited for by
 * end_program(), or 0. */
MUST_CHECK int prepare(const char *container, char *const program[], pid_t *ret_listening);
