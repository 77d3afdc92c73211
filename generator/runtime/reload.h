/* SPDX-License-Identifier: MIT */
/* A reload: another system is activated in a container that runs. */
#pragma once

#include "base/common.h"

/* Runs @program: the path of systemd-run(1), its options, and what it is to run in the container, SYSTEM/bin/switch-to-configuration and its
 * operand. Waits for the end of that, even if the container loses its D-Bus meanwhile. It may take as long as @limit says, a time span (0:
 * without one), and has a while to end then. What it says goes through pipes to where this program says something. Fails if it fails. */
MUST_CHECK int container_reload(const char *container, const char *limit, char *const program[]);
