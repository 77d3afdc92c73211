/* SPDX-License-Identifier: MIT */
/* ID-mapped mounts: what systemd-nspawn does not do by itself with them. mount_setattr(2), "ID-mapped mounts" */
#pragma once

#include "base/arena.h"

/* Gives arguments of systemd-nspawn, for @container, that do what @arguments say. It maps only the topmost mount of a bind mount, and
 * fails if there is another below: each gets an argument of its own. What the container sees of the Nix store is not mapped where that
 * cannot be. Says what cannot be mapped otherwise, and what to do, and fails. Where nothing is to be mapped, they stay as they
 * are. Owned by @arena. */
MUST_CHECK int idmap_arguments(Arena *arena, const char *container, char *arguments[], char ***ret_arguments);
