/* Building systems with Nix, where it is there, and setting them as profiles. */
#pragma once

#include <stdbool.h>

#include "arena.h"

/* What a system is built from: one of these. */
typedef struct NixSource {
        const char *system_path;   /* it is built already */
        const char *flake;         /* "URI[#ATTRIBUTE]" */
        const char *configuration; /* a file like /etc/nixos/configuration.nix */
        const char *nixos_path;    /* for .configuration; NULL: <nixpkgs/nixos> */
        bool refresh;
} NixSource;

/* Builds the system and makes it the profile @profile, whose directory exists. The profile is a plain link if there is no Nix and
 * it is built already. False, after it was logged, on failure: the profile is as it was then. */
bool nix_set_profile(const char *profile, const NixSource *source);

/* Reads what the link @profile leads to, NULL if it is not there. Owned by @arena. False, after it was logged, on failure. */
bool nix_profile_target(Arena *arena, const char *profile, const char **ret_target);

/* Has @profile lead to @target again, as it did before another system was set. False, after it was logged, on failure. */
bool nix_reset_profile(const char *profile, const char *target);
