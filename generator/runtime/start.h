/* SPDX-License-Identifier: MIT */
/* The start of a container, up to systemd-nspawn. */
#pragma once

#include "base/common.h"

/* Makes the record of a container that starts, from its unit in the generator's @directory. What is left of an earlier run is removed
 * first. What another container is about to give up is waited for. */
MUST_CHECK int container_create(const char *directory, const char *container);

/* Makes it, and what it says is to be on the host; then becomes @program, systemd-nspawn with its arguments. Returns only if that
 * fails. */
MUST_CHECK int container_start(const char *directory, const char *container, char *program[]);

/* Becomes @program. Returns only if that fails. */
MUST_CHECK int become(char *program[]);
