/* SPDX-License-Identifier: MIT */
/* The configuration that the system of an imperative container is built from: /etc/nixos/configuration.nix in the container, where users
 * edit it and where the container can put anything. So the host does not write there, nor let Nix read there by path. */
#pragma once

#include "base/arena.h"

/* Returns a configuration for the container @name with the options @options, as they appear between { and }, and the module in the file
 * @file; each may be NULL. Owned by @arena. */
const char *configuration_text(Arena *arena, const char *name, const char *options, const char *file);

/* Whether the container with the rootfs @root has one. */
bool configuration_exists(const char *root);

/* Copies /etc/nixos of the container, as seen inside, to the new directory @to, where no container can change it; @text, unless it is NULL,
 * replaces the configuration there. Returns the path of that configuration in @ret_path, owned by @arena. */
MUST_CHECK int configuration_copy(
        Arena *arena, const char *root, const char *to, const char *text, const char **ret_path);

/* Writes @text beside the configuration of the container, which stays unchanged. Returns the directory of both, for configuration_end(). */
MUST_CHECK int configuration_begin(const char *root, const char *text);

/* With @keep, replaces the configuration with what was written, all or nothing; otherwise removes that. Closes @directory. */
MUST_CHECK int configuration_end(const char *root, int directory, bool keep);
