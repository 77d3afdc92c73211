/* SPDX-License-Identifier: MIT */
/* Imperative containers: those that nixos-container create makes. Each is declared in a file of its own,
 * MANIFESTS_DIRECTORY/NAME.yaml, and its system is kept by the profile that it sees as /nix/var/nix/profiles/system. */
#pragma once

#include "cli/host.h"

/* Where all is of a container @name. */
typedef struct ImperativePaths {
        const char *manifest;
        const char *root;
        const char *profiles;                 /* the directory, and in it: */
        const char *profile, *profile_before; /* what leads to the system, and to the one before */
        const char *gcroots;
} ImperativePaths;

ImperativePaths imperative_paths(Arena *arena, const char *name);

/* Whether a container that is declared is an imperative one: alone in its own file, which is no link. */
bool is_imperative(const Host *host, const HostContainer *container);

/* The imperative container of this name, or NULL: then it was said why it cannot be @done, "updated". */
const HostContainer *imperative_find(const Host *host, const char *name, const char *done);

/* Lets only one at a time go on: a name or an address is free until somebody takes it. Returns a descriptor that is the lock, as long as it is
 * open. */
MUST_CHECK int imperative_lock(void);

/* Fails if somebody wants this to end, before it has changed anything that stays. */
MUST_CHECK int imperative_check_interrupt(void);

/* Makes the directory @path, of the host, and what is missing above. */
MUST_CHECK int imperative_make_directory(const char *path);

MUST_CHECK int imperative_remove_manifest(const ImperativePaths *paths);
