/* SPDX-License-Identifier: MIT */
/* Inside: opening files in a container from the host, without being misled by symbolic links in it. */
#pragma once

#include "base/common.h"

/* Opens @path as seen inside the directory @root: symbolic links do not lead out of it. Returns -1, with errno set, on failure. */
int inside_open(int root, const char *path, int flags);

/* Opens @path below @root without following symbolic links: ELOOP if @path or a part of it is one. Returns -1, with errno set, on
 * failure. */
int inside_open_without_links(int root, const char *path, int flags);

/* Reads at most @size bytes from the start of the file @path below @root. Returns the number of bytes; -EINVAL if it is not a regular file,
 * as opening one can have side effects. */
MUST_CHECK ssize_t inside_read(int root, const char *path, char *ret_text, size_t size);

/* Opens the directory @path below @root with O_PATH. Creates it, with @mode, and missing parents. Calls @visit, unless it is NULL, for each
 * directory on the way and for @path itself. Returns -1, with errno set, on failure. */
int inside_make_directory(int root, const char *path, mode_t mode, void (*visit)(int directory));
