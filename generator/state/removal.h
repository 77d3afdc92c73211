/* SPDX-License-Identifier: MIT */
/* Removing whole directories that belonged to containers. */
#pragma once

#include "base/common.h"

/* Removes the directory @path, if it is there, and all in it that can be removed. What is immutable is made mutable; another file
 * system is not entered, nor is what is mounted from elsewhere in the same one, but the mount of @path itself. Says which file was the first
 * that could not be removed. */
int remove_directory_tree(const char *path);
