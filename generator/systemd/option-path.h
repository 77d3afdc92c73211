/* SPDX-License-Identifier: MIT */
/* The path of an option, as its user wrote it in NixOS: containers.web.bindMounts."/var/log".hostPath */
#pragma once

#include "base/arena.h"

/* Gives @name as one part of a path: bare where Nix allows it, quoted otherwise. Owned by @arena unless it is @name. */
const char *option_path_part(Arena *arena, const char *name);

/* Gives the path of the option "containers.@container" and behind it, where not NULL, a "." and @option. */
const char *option_path(Arena *arena, const char *container, const char *option);
