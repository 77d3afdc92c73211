/* SPDX-License-Identifier: MIT */
/* Applying a plan: starting, stopping, restarting, reloading and updating containers until the declared configuration is running. */
#pragma once

#include <systemd/sd-bus.h>

#include "switch/plan.h"

/* Carries out @plan through systemd at @bus, which has loaded the units of the plan's manifest. What frees a port, an address or a name
 * comes before what takes it; everything else is done at once. Prints the result for each container as a line on standard output and, with
 * @progress, another line for what is being done. The failure of one container does not prevent the others. Fails if any did; the last
 * lines then report which. */
MUST_CHECK int apply_plan(const Plan *plan, sd_bus *bus, bool progress);

/* Activates @system in the running container @name within @limit, beside its unit: what the unit would activate stays as it is. Its state
 * record then has that system. */
MUST_CHECK int apply_switch(const char *name, const char *system, const char *limit);

/* The same for a system that was running before another one was tried so: first ends what is still in progress of that. */
MUST_CHECK int apply_switch_back(const char *name, const char *system, const char *limit);

/* Shows the running container @name its profile anew, and notes that it runs @system. */
MUST_CHECK int apply_note_switch(const char *name, const char *system);

/* Activates @system, which was running in the container @name, again after another one could not be activated, within @limit, a time span
 * (0: no limit). First ends what is still in progress of the other. */
MUST_CHECK int apply_return_to(const char *name, const char *system, const char *limit);

/* Waits until nothing is left on the host of the container @name, whose unit has ended. Fails if something could not be removed, which was
 * logged. */
MUST_CHECK int apply_end(const char *name);
