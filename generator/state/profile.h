/* SPDX-License-Identifier: MIT */
/* Profiles: where the host has the system of a container whose manifest does not name it. Such a container's "system" is a path below
 * /nix/var/nix/profiles as seen inside; on the host, the profile is NIX_PROFILES/NAME/PROFILE, which the container cannot write. That is a
 * link to the system, or, as Nix makes it, to a link PROFILE-NUMBER-link beside it. */
#pragma once

#include "base/arena.h"
#include "state/paths.h"

/* Returns the path on the host of the profile that @system, a path in the container @name, is in; NULL if it is in none. @ret_below is what
 * follows the profile in @system: "", or "/…". Owned by @arena. */
const char *profile_of(Arena *arena, const char *name, const char *system, const char **ret_below);

/* Returns the path of the Nix store that @profile, a path on the host, leads to; NULL if it leads to none. Owned by @arena. */
const char *profile_target(Arena *arena, const char *profile);

/* Returns what is started in the container @name with @system: that itself unless it is in a profile, otherwise what the profile leads to;
 * NULL if that is nothing in the store. @root is "" or where the host's files are. Owned by @arena. */
const char *profile_system(Arena *arena, const char *root, const char *name, const char *system);

/* Whether @system is in a profile of the container @name that the host does not have yet. Its unit has that as a condition. */
bool profile_is_missing(Arena *arena, const char *root, const char *name, const char *system);

/* What is said of that instead of the condition: a format string for the name. */
#define NOTHING_DEPLOYED "nothing deployed yet, run: nixos-container update %s --system-path PATH"
