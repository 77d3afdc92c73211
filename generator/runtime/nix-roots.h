/* SPDX-License-Identifier: MIT */
/* What the host's Nix keeps for a container: the targets of the links in the container's own profiles and gcroots, which are in NIX_OWN
 * (nix-own.h). The container can write there, so Nix does not look there: it finds links in NIX_ROOTS instead, which are created from these
 * at start, at stop, and when they change (nix-watch.h). */
#pragma once

#include "base/common.h"

/* How much of a container's directories is searched. */
#define NIX_DIRECTORIES_MAX 256
#define NIX_ENTRIES_MAX 16384
#define NIX_DEPTH_MAX 16

/* Returns where the store name starts in @path, if that is a path of the Nix store or below one; NULL if it is something else. */
const char *nix_store_name(const char *path, size_t *ret_length);

/* Reads the target of the link @name. Returns false if it is not one. */
bool nix_read_link(int directory, const char *name, char ret_target[static PATH_MAX]);

/* Opens a directory on the host that only its root is to enter. Creates it if it is missing. Returns -1, with errno set, on failure. */
int nix_open_closed(const char *path);

/* Makes Nix keep what the container has installed, and nothing else for it. If not all of that could be read, what is kept is unchanged,
 * and this fails. Calls @visit, unless it is NULL, for each directory before reading it. */
MUST_CHECK int nix_roots_update(const char *container, void (*visit)(int directory, void *userdata), void *userdata);

/* Makes Nix also keep what it has where earlier versions had it. */
MUST_CHECK int nix_roots_add_old(const char *container);
