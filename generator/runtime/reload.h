/* SPDX-License-Identifier: MIT */
/* A reload: another system is activated in a running container. */
#pragma once

#include "base/common.h"

/* Runs @program: the path of systemd-run(1), its options, and what it is to run in the container, SYSTEM/bin/switch-to-configuration and
 * its operand. Waits until that has ended, even if the container loses its D-Bus meanwhile. It may take as long as @limit, a time span (0:
 * no limit), and then has some time to end. Its output goes through pipes to where this program's own goes. Fails if it fails. */
MUST_CHECK int container_reload(const char *container, const char *limit, char *const program[]);

/* Notes in the state record that @system was activated in the container, which sees it as its profile if it is in that of the host. */
MUST_CHECK int container_switched(const char *container, const char *system);

/* Activates @system in the container like that, or what the host's profile leads to if it is in one (state/profile.h), and notes it in the
 * state record. */
MUST_CHECK int container_switch(const char *container, const char *limit, const char *system);
