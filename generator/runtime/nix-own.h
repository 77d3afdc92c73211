/* SPDX-License-Identifier: MIT */
/* A container's own profiles and gcroots, in NIX_OWN. Links that it creates there mislead nothing on the host, as only nix-roots.h looks
 * there. */
#pragma once

#include "base/arena.h"

/* Creates them where they are missing, if the arguments of systemd-nspawn have them. Moves there what an earlier version had where the
 * host's Nix looks, and adapts arguments from such a version. */
MUST_CHECK int nix_own_prepare(Arena *arena, const char *container, char *program[]);

/* Moves what an earlier version had of a container that is not running. */
MUST_CHECK int nix_own_move_old(const char *container);

/* Gives the container a link to the system that @program runs in it, in case the host has built that into its profile in NIX_PROFILES,
 * unless the container has since created another link. */
void nix_own_publish(const char *container, char *const program[]);
