/* SPDX-License-Identifier: MIT */
/* The configuration that the system of an imperative container is built from: /etc/nixos/configuration.nix in the container, where people
 * edit it and where the container can put anything. So the host neither writes there nor has Nix read there by a path. */
#pragma once

#include "base/arena.h"

/* A configuration for the container @name: of the options @options, as they stand between { and }, and of the module in the file @file; each may
 * be NULL. Owned by @arena. */
const char *configuration_text(Arena *arena, const char *name, const char *options, const char *file);

/* Whether there is one in the container with the root directory @root. */
bool configuration_exists(const char *root);

/* Copies /etc/nixos of the container, as it is seen there, to the new directory @to, where no container can change it, with @text as the
 * configuration if that is not NULL. Gives the path of the configuration there, owned by @arena. */
MUST_CHECK int configuration_copy(
        Arena *arena, const char *root, const char *to, const char *text, const char **ret_path);

/* Writes @text beside the configuration of the container, which is as it was. Returns the directory of both, for configuration_end(). */
MUST_CHECK int configuration_begin(const char *root, const char *text);

/* With @keep, what was written takes the place of the configuration, all or nothing; else it is removed. Closes @directory. */
MUST_CHECK int configuration_end(const char *root, int directory, bool keep);
