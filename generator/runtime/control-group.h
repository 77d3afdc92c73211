/* SPDX-License-Identifier: MIT */
/* The control group of the container's unit. */
#pragma once

#include "base/common.h"

/* Opens the control group of this process. */
MUST_CHECK int control_group_open(void);

/* Fails if that of @container still has processes of an earlier run that systemd could not end: they would continue to use what belongs to
 * the next run. */
MUST_CHECK int control_group_check(const char *container);

/* fork(2), for a process that goes on beside systemd-nspawn: it has that one's control group, so that the unit's own has none but what
 * systemd puts there, and systemd as its parent, as systemd-nspawn would not wait for it. */
MUST_CHECK pid_t control_group_fork(const char *container);
