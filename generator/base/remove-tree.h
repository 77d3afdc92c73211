/* SPDX-License-Identifier: MIT */
/* Removing a directory with all that is in it, but nothing of what is mounted there. */
#pragma once

#include "base/common.h"

/* Removes the directory @path, if it is there, and all in it that can be removed. What is immutable is made mutable; another file
 * system is not entered, nor is what is mounted from elsewhere in the same one, but the mount of @path itself. @ret_failed, also on
 * failure, has the name of the first file in it that could not be removed, "" if it was the directory itself. */
MUST_CHECK int remove_tree(const char *path, char ret_failed[static NAME_MAX + 1]);
