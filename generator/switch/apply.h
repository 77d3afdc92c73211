/* SPDX-License-Identifier: MIT */
/* Applying a plan: starting, stopping, restarting, reloading and updating containers until what runs is what is declared. */
#pragma once

#include <systemd/sd-bus.h>

#include "switch/plan.h"

/* Does what @plan says, through systemd at @bus, which has read the units of the plan's manifest. What frees a port, an address or
 * a name comes before what takes it; all else is done at once. A line for each container says on standard output what came of it,
 * and with @progress another one what is being done. One container's failure keeps no other from being done. Fails if any did;
 * then the last lines say which. */
MUST_CHECK int apply_plan(const Plan *plan, sd_bus *bus, bool progress);

/* Has @system, which ran in the container @name, activated again after another one could not be, within @limit, a time span (0: without one).
 * What is still going on of the other is ended first. */
MUST_CHECK int apply_return_to(const char *name, const char *system, const char *limit);
