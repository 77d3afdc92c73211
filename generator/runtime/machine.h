/* SPDX-License-Identifier: MIT */
/* Other machines, and remains of machines, with the container's name. */
#pragma once

#include "base/arena.h"

/* Returns the unit that runs a machine with the container's name, NULL if there is none or it is the container's own. Owned by @arena. */
const char *machine_other_unit(Arena *arena, const char *container);

/* Removes what systemd-nspawn and systemd-machined leave behind of the machine when they are killed, unless another one has its name by
 * now. */
void machine_remove(const char *container);
