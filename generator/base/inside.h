/* SPDX-License-Identifier: MIT */
/* Inside: opening what is in a container from the host, without being led astray by links that are in it. */
#pragma once

#include "base/common.h"

/* Opens @path below the directory @root as it is seen there: symbolic links lead nowhere else. -1, with errno set, if that fails. */
int inside_open(int root, const char *path, int flags);

/* Opens @path below @root, where no symbolic link is followed: one on the way, or itself, is ELOOP. -1, with errno set, if that fails. */
int inside_open_without_links(int root, const char *path, int flags);

/* Reads at most @size bytes of the start of the file @path below @root. Of what is no regular file, which to open can have a consequence,
 * -EINVAL. Returns how many. */
MUST_CHECK ssize_t inside_read(int root, const char *path, char *ret_text, size_t size);

/* Opens the directory @path below @root with O_PATH, and makes it, with @mode, and what is missing above. Each that is on the way,
 * itself too, is shown to @visit, unless that is NULL. -1, with errno set, if that fails. */
int inside_make_directory(int root, const char *path, mode_t mode, void (*visit)(int directory));
