/* SPDX-License-Identifier: MIT */
/* The control group of the container's unit. */
#pragma once

#include "base/common.h"

/* Opens the control group that this process is in. */
MUST_CHECK int control_group_open(void);

/* Fails if processes of an earlier run are left in that of @container, which systemd could not end: they would go on with what belongs
 * to the next. */
MUST_CHECK int control_group_check(const char *container);
