/* SPDX-License-Identifier: MIT */
/* Paths on the host that lead through what a container writes: it could have put symbolic links there that lead somewhere else. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Opens each path of @arguments, those of systemd-nspawn, that lies below a directory which a container writes by the section @written of
 * the record. Below that no symbolic link is followed. What is missing and is to be made, is. systemd-nspawn then gets what was
 * opened, mounted in a mount namespace of this process, as what stands at the path can be exchanged until it looks. Fails, and says which
 * link it was and whose. */
MUST_CHECK int host_paths_pin(Arena *arena, const char *container, const Buffer *written, char *arguments[]);

/* Checks the same of the container's root directory, if it is there. */
MUST_CHECK int host_paths_check_root(const char *container, const Buffer *written, const char *root);
