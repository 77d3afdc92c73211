/* SPDX-License-Identifier: MIT */
/* Unmounting all that is mounted in a directory. */
#pragma once

#include <stdbool.h>

/* Unmounts all that is mounted below the directory @path. False, after it was logged, if something cannot be. */
bool unmount_below(const char *path);
