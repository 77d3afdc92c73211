/* SPDX-License-Identifier: MIT */
/* Changing what a running container has on the host, without restarting it: it becomes what its unit in the generator's directory says.
 * In two steps, so that containers can exchange what they have: first all give up, then all are updated. */
#pragma once

#include "base/common.h"

/* Deletes the forwards and claims of a running container that its unit in @directory has no longer. The record is marked as
 * unfinished if there were any: container_update() is to follow. */
MUST_CHECK int container_give_up(const char *directory, const char *container);

/* Gives a running container the forwards and files of its unit in @directory and mounts in it what the @length texts @mounts say: of each
 * a file or directory of the host, where it is to be in the container, and "ro" or "rw". Makes that unit its
 * record. If that fails, the record is the old one, and marked as unfinished once anything was changed. */
MUST_CHECK int container_update(const char *directory, const char *container, char *const mounts[], size_t length);
