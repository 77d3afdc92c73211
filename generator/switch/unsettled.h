/* SPDX-License-Identifier: MIT */
/* What systemd knows of containers and no record tells, as they are not up: that they are still being started, or again and again. */
#pragma once

#include <systemd/sd-bus.h>

#include "switch/plan.h"

/* Adds to @plan the containers that are no longer declared, and fail to start again and again: they are to be stopped. */
MUST_CHECK int unsettled_find_removed(Plan *plan, sd_bus *bus);

/* The same, and adds the others that have not settled yet, as another switch was interrupted: those that are still being started are waited
 * for. Of those that are no longer declared and have failed, systemd is to know nothing more. Returns 1 if there are any to wait for, 0 if
 * not: once they are up, it takes another plan to know whether they are as declared. */
MUST_CHECK int unsettled_find(Plan *plan, sd_bus *bus);

/* Marks the containers that run by units that were not generated, such as those of NixOS's own module, which a switch is about to stop: the next
 * apply starts them. Marks of an earlier call are removed. */
MUST_CHECK int unsettled_mark_others(sd_bus *bus);
