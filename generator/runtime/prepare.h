/* SPDX-License-Identifier: MIT */
/* What is created on the host before a container starts, according to its state record: directories, links and forwards, by the tools of
 * the host, which run in parallel. Each step that systemd itself would run costs about as much as all of these together. */
#pragma once

#include "base/arena.h"

/* Creates it, and waits for the interfaces that @program, the arguments of systemd-nspawn, is to use (links_settle()). On failure, the end of the container's
 * unit removes what exists. In either case *ret_listening is a process that goes on to set up listening on localhost, to be waited for with
 * end_program(), or 0. */
MUST_CHECK int prepare(Arena *arena, const char *container, char *program[], pid_t *ret_listening);
