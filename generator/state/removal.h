/* SPDX-License-Identifier: MIT */
/* Removing whole directories that belonged to containers. */
#pragma once

#include "base/common.h"

/* Removes the directory @path, if it is there, and all in it but what is mounted there, see base/remove-tree.h. */
int remove_directory_tree(const char *path);
