/* SPDX-License-Identifier: MIT */
/* Host paths that pass through directories a container writes to: it could have put symbolic links there that lead elsewhere. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Opens each path in @arguments, those of systemd-nspawn, that is below a directory which a container writes to according to the section
 * @written of the state record. Below that directory, symbolic links are not followed, and missing directories and files are created if that is
 * specified. systemd-nspawn then gets what was opened, mounted in a mount namespace of this process, because what is at the path could be
 * exchanged before it looks. Fails, and logs which link it was and who can write it. */
MUST_CHECK int host_paths_pin(Arena *arena, const char *container, const Buffer *written, char *arguments[]);

/* Whether @path is below such a directory. */
bool host_paths_are_written(Arena *arena, const Buffer *written, const char *path);

/* Checks the same for the container's rootfs, if it exists. */
MUST_CHECK int host_paths_check_root(const char *container, const Buffer *written, const char *root);
