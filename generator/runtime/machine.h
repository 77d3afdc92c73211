/* SPDX-License-Identifier: MIT */
/* What else runs, or is left of, a machine of the container's name. */
#pragma once

#include "base/arena.h"

/* The unit that runs a machine of the container's name, NULL if none does or it is the container's own. Owned by @arena. */
const char *machine_other_unit(Arena *arena, const char *container);

/* Removes what systemd-nspawn and systemd-machined leave behind of the machine when they are killed, unless another one has its name by
 * now. */
void machine_remove(const char *container);
