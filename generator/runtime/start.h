/* SPDX-License-Identifier: MIT */
/* The start of a container, up to systemd-nspawn. */
#pragma once

#include "base/common.h"

/* Creates the state record of a starting container from its unit in the generator's @directory. First removes what an earlier run has left
 * behind. Waits for what another container is about to give up. */
MUST_CHECK int container_create(const char *directory, const char *container);

/* Creates it, and what it specifies on the host; then executes @program, systemd-nspawn with its arguments. Returns only on failure. */
MUST_CHECK int container_start(const char *directory, const char *container, char *program[]);

/* Executes @program in place of this process. Returns only on failure. */
MUST_CHECK int become(char *program[]);
