/* SPDX-License-Identifier: MIT */
/* What is created on the host before a container starts, according to its state record: directories, and what its network needs
 * (host-network.h). Each step that systemd itself would run costs about as much as all of this. */
#pragma once

#include "base/arena.h"

/* Creates it, and waits for the interfaces that @program, the arguments of systemd-nspawn, is to use (links_settle()). What exists after a
 * failure is removed once the container's unit has ended. */
MUST_CHECK int prepare(Arena *arena, const char *container, char *program[]);
