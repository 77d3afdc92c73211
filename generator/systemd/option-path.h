/* SPDX-License-Identifier: MIT */
/* The path of an option, as users write it in NixOS: containers.web.bindMounts."/var/log".hostPath */
#pragma once

#include "base/arena.h"

/* Returns @name as one part of a path: bare where Nix allows it, otherwise quoted. Owned by @arena unless it is @name. */
const char *option_path_part(Arena *arena, const char *name);

/* Returns the path of the option "containers.@container", followed by "." and @option if that is not NULL. */
const char *option_path(Arena *arena, const char *container, const char *option);
