/* SPDX-License-Identifier: MIT */
/* The profiles and gcroots that a container has for itself, in NIX_OWN. Links that it makes there lead nobody on the host astray, as nobody
 * looks there but nix-roots.h. */
#pragma once

#include "base/arena.h"

/* Makes them where they are missing, if the arguments of systemd-nspawn have them. What an earlier version had where the host's Nix
 * looks is moved there, and arguments that such a version has given are made to fit. */
MUST_CHECK int nix_own_prepare(Arena *arena, const char *container, char *program[]);

/* Moves what an earlier version had of a container that does not run. */
MUST_CHECK int nix_own_move_old(const char *container);

/* The host may have built the system that @program runs in the container, into its profile in NIX_PROFILES. Gives the container a link to
 * that, unless it has made another one since. */
void nix_own_publish(const char *container, char *const program[]);
