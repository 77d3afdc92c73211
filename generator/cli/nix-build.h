/* SPDX-License-Identifier: MIT */
/* Building systems with Nix, where it is available, and the profiles that keep them. The directory of a container's profile is writable in
 * the container: so the host does not read there what a system is, nor let Nix write there, which would follow links. */
#pragma once

#include "base/arena.h"

/* What a system is built from: one of these. */
typedef struct NixSource {
        const char *system_path;   /* already built */
        const char *flake;         /* "URI[#ATTRIBUTE]" */
        const char *configuration; /* a file like /etc/nixos/configuration.nix */
        const char *nixos_path;    /* for .configuration; NULL: <nixpkgs/nixos> */
        bool refresh;
        char *const *options; /* of Nix itself, up to NULL; or NULL */
} NixSource;

/* Where Nix works, accessible only to root. The profile that it creates there keeps the system until the container's own profile does. */
#define NIX_DIRECTORY "/run/nixos-container"

/* Creates NIX_DIRECTORY, after removing a stale one. */
MUST_CHECK int nix_begin(void);

/* Removes it: from then on, what was built is only kept if something links to it. */
void nix_end(void);

/* Builds the system, or checks the one that is already built. Returns its path in @ret_system, which is below the Nix store and which no
 * container can influence; owned by @arena. */
MUST_CHECK int nix_build(Arena *arena, const NixSource *source, const char **ret_system);

/* Asks Nix for the size of @system with all that it needs, in bytes. Returns false if there is no Nix, or it does not know the system. */
bool nix_closure_size(const char *system, uint64_t *ret_size);

/* Reads the target of the link @profile, NULL if it does not exist. Owned by @arena. */
MUST_CHECK int nix_profile_target(Arena *arena, const char *profile, const char **ret_target);

/* Points the link @profile, whose directory exists, to @target, which protects that from Nix's garbage collector; NULL removes the link.
 * Nothing in the directory can redirect this. On failure, the link is unchanged. */
MUST_CHECK int nix_set_profile(const char *profile, const char *target);

/* Returns @text as a string of the Nix language, including quotes. Owned by @arena. */
char *nix_quote(Arena *arena, const char *text);
