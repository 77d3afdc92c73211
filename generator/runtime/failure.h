/* SPDX-License-Identifier: MIT */
/* Why a container has failed, where systemctl status shows it: the log there begins with the last of several starts, which is refused and says
 * nothing. */
#pragma once

#include "base/common.h"

/* Has systemd show what this process, the start of @container, has logged as the status of the unit. sd_notify(3) */
void failure_notify(const char *container);

/* If the @invocation of the container's unit, which has ended, has failed, logs why, and whether systemd may be too old: what systemd-nspawn
 * says of an option that it does not know does not tell. */
void failure_explain(const char *container, const char *invocation);
