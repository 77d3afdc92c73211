/* SPDX-License-Identifier: MIT */
/* Building systems with Nix, where it is there, and the profiles that keep them. The directory of a container's profile can be written
 * in the container: so the host neither reads there what a system is, nor has Nix write there, which would follow links. */
#pragma once

#include "base/arena.h"

/* What a system is built from: one of these. */
typedef struct NixSource {
        const char *system_path;   /* it is built already */
        const char *flake;         /* "URI[#ATTRIBUTE]" */
        const char *configuration; /* a file like /etc/nixos/configuration.nix */
        const char *nixos_path;    /* for .configuration; NULL: <nixpkgs/nixos> */
        bool refresh;
} NixSource;

/* Where Nix works, for root alone. The profile that it makes there keeps the system until that of the container does. */
#define NIX_DIRECTORY "/run/nixos-container"

/* Makes NIX_DIRECTORY anew. */
MUST_CHECK int nix_begin(void);

/* Removes it: from then on, what was built stays only if something leads to it. */
void nix_end(void);

/* Builds the system, or looks at the one that is built already. Gives its path, which is below the Nix store and which no container has a say
 * in; owned by @arena. */
MUST_CHECK int nix_build(Arena *arena, const NixSource *source, const char **ret_system);

/* Reads what the link @profile leads to, NULL if it is not there. Owned by @arena. */
MUST_CHECK int nix_profile_target(Arena *arena, const char *profile, const char **ret_target);

/* Has the link @profile, whose directory exists, lead to @target, which keeps that from Nix's garbage collector; NULL: removes it. Nothing
 * that is in the directory leads elsewhere. If it fails, it is as it was. */
MUST_CHECK int nix_set_profile(const char *profile, const char *target);

/* Gives @text as a string of the Nix language, quotes included. Owned by @arena. */
char *nix_quote(Arena *arena, const char *text);
