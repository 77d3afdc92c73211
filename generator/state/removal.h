/* SPDX-License-Identifier: MIT */
/* Removing whole directories that belonged to containers. */
#pragma once

#include "base/common.h"

/* Removes the directory @path, if it exists, and everything in it that can be removed. Immutable files are made mutable. Does not enter
 * other file systems, nor anything mounted from elsewhere in the same one, except if that is the mount of @path itself. Logs the first file
 * that could not be removed. */
int remove_directory_tree(const char *path);
