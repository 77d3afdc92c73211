/* SPDX-License-Identifier: MIT */
/* What systemd knows of containers but no state record does, because they are not up: that they are still starting, or keep being
 * restarted. */
#pragma once

#include <systemd/sd-bus.h>

#include "switch/plan.h"

/* Adds to @plan the undeclared containers that keep failing to start: they are to be stopped. */
MUST_CHECK int unsettled_find_removed(Plan *plan, sd_bus *bus);

/* The same, and adds the others that have not settled yet because another switch was interrupted: those that are still starting are waited
 * for. Resets the failed state of undeclared ones that have failed. Returns 1 if there are any to wait for, otherwise 0: once they are up,
 * another plan is needed to know whether they are as declared. */
MUST_CHECK int unsettled_find(Plan *plan, sd_bus *bus);

/* Marks the containers that run in units that were not generated, such as those of NixOS's own module, and that a switch is about to stop:
 * the next apply starts them. Removes the marks of an earlier call. */
MUST_CHECK int unsettled_mark_others(sd_bus *bus);
