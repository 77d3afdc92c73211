/* SPDX-License-Identifier: MIT */
/* Closures: the paths of the Nix store that a container with a store of its own sees, listed in a file, one per line. */
#pragma once

#include "base/path.h"
#include "manifest/manifest.h"

#define STORE_DIRECTORY "/nix/store"

static inline bool is_in_store(const char *path) {
        return path_is_below(path, STORE_DIRECTORY);
}

/* Reads the closures of the containers in @manifest that have one. An unusable one is an error of its container. @root is "" or where the
 * host's files are. */
void closures_read(Manifest *manifest, const char *root);

/* Whether the closure of @container contains the store path that @path is in. */
bool closure_has(const Container *container, const char *path);
