/* SPDX-License-Identifier: MIT */
/* Unmounting all that is mounted in a directory. */
#pragma once

#include "base/common.h"

/* Unmounts everything below the directory @path. The current directory is then /. */
MUST_CHECK int unmount_below(const char *path);
