/* SPDX-License-Identifier: MIT */
/* What the host's Nix keeps for a container: what the links in the container's own profiles and gcroots lead to, which are in NIX_OWN
 * (nix-own.h). The container writes there, so Nix does not get there: it finds links in NIX_ROOTS instead, which are made after these at a
 * start, at a stop, and when they change (nix-watch.h). */
#pragma once

#include "base/common.h"

/* How much of a container's directories is looked through. */
#define NIX_DIRECTORIES_MAX 256
#define NIX_ENTRIES_MAX 16384
#define NIX_DEPTH_MAX 16

/* The start of the name in the store that @path has if it is one of the Nix store, or below one. NULL if it is something else. */
const char *nix_store_name(const char *path, size_t *ret_length);

/* Reads the target of the link @name. False if that is none. */
bool nix_read_link(int directory, const char *name, char ret_target[static PATH_MAX]);

/* Opens a directory of the host that only its root is to enter. It is made if it is missing. -1, with errno set, if that fails. */
int nix_open_closed(const char *path);

/* Has Nix keep what the container has installed, and nothing else for it. If not all of that could be read, what is kept stays so, and this
 * fails. Each directory is shown to @visit before it is read, unless that is NULL. */
MUST_CHECK int nix_roots_update(const char *container, void (*visit)(int directory, void *userdata), void *userdata);

/* Has Nix keep what it has where earlier versions had it, too. */
MUST_CHECK int nix_roots_add_old(const char *container);
