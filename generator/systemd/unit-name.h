/* SPDX-License-Identifier: MIT */
/* Names of systemd's units. */
#pragma once

#include "base/arena.h"

/* Whether @text is the name of one unit: not a template, and with the suffix of a type. systemd.unit(5) */
bool unit_name_is_valid(const char *text);

/* Returns the unit of the container @name. Owned by @arena. */
const char *container_unit(Arena *arena, const char *name);
