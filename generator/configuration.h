/* The configuration that the system of an imperative container is built from: /etc/nixos/configuration.nix in the container, where people
 * edit it and where the container can put anything. So the host neither writes there nor has Nix read there by a path. */
#pragma once

#include <stdbool.h>

#include "arena.h"

/* Whether there is one in the container with the root directory @root. */
bool configuration_exists(const char *root);

/* Copies /etc/nixos of the container, as it is seen there, to the new directory @to, where no container can change it, with @text as the
 * configuration if that is not NULL. Returns the path of the configuration there, owned by @arena; NULL, after it was logged, on failure. */
const char *configuration_copy(Arena *arena, const char *root, const char *to, const char *text);

/* Makes @text the configuration of the container, all or nothing. False, after it was logged, on failure. */
bool configuration_write(const char *root, const char *text);
