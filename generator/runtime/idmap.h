/* SPDX-License-Identifier: MIT */
/* ID-mapped mounts: what systemd-nspawn does not do with them on its own. mount_setattr(2), "ID-mapped mounts" */
#pragma once

#include "base/arena.h"

/* Returns, in @ret_arguments, arguments of systemd-nspawn for @container that do what @arguments ask for. systemd-nspawn maps only the
 * topmost mount of a bind mount, and fails if there is another one below: each gets an argument of its own. What the container sees of the
 * Nix store stays unmapped where it cannot be mapped, as do files, nodes and read-only directories, with a warning. Anything else that cannot be mapped is a failure, logged with a solution. If nothing
 * is to be mapped, the arguments are unchanged. Owned by @arena. */
MUST_CHECK int idmap_arguments(Arena *arena, const char *container, char *arguments[], char ***ret_arguments);
