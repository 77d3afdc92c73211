/* SPDX-License-Identifier: MIT */
/* Changing what a running container has on the host, without restarting it, to what its unit in the generator's directory specifies. In two
 * steps, so that containers can exchange what they have: first all give up, then all are updated. */
#pragma once

#include "base/common.h"

/* Deletes the forwards and claims of a running container that its unit in @directory no longer has. If there were any, marks the state
 * record as unfinished: container_update() must follow. */
MUST_CHECK int container_give_up(const char *directory, const char *container);

/* Gives a running container the forwards and files of its unit in @directory, and mounts @mounts in it: @length strings, three for each
 * mount: a file or directory on the host, its mount point in the container, and "ro" or "rw". Makes that unit its state record. On failure,
 * the old record stays, marked as unfinished once anything was changed. */
MUST_CHECK int container_update(const char *directory, const char *container, char *const mounts[], size_t length);

/* Mounts @mounts, in the same form, in a running container that has them mounted, as there are other files at their host paths by now, and
 * notes the hashes of these (state/secrets.h). */
MUST_CHECK int container_renew(const char *container, char *const mounts[], size_t length);
