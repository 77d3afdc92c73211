/* SPDX-License-Identifier: MIT */
/* The host paths of bind mounts that do not exist when the container starts. */
#pragma once

#include "manifest/container.h"

/* Returns what is done if the host path of @mount does not exist, one of the words of hostPathMissing. By default, a directory is created
 * only where it can stand in nobody's way: it has to be known, or likely, that it is to be one. */
const char *source_missing(const BindMount *mount);

/* Returns the mode of what is created there. */
const char *source_mode(const BindMount *mount);

/* Whether something is created there that is a regular file, not a directory. */
bool source_is_file(const BindMount *mount);
