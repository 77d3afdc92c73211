/* SPDX-License-Identifier: MIT */
/* The sources of bind mounts: whether there is at each host path what is to be there. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Checks, before anything is created, what @sources and @written, sections of the state record, say of the host paths in @arguments, those
 * of systemd-nspawn. Fails, and logs option, path and remedy, if one is missing and not to be created, where nothing may be created, or if
 * something else is there. Paths below directories that containers write to are left to host_paths_pin(). */
MUST_CHECK int sources_check(
        const char *container, const Buffer *sources, const Buffer *written, char *const arguments[]);

/* The same for what is mounted in a running container: @mounts has, of each, the host path, the mount point and another word. Of others only
 * what would be created is checked, too. */
MUST_CHECK int sources_check_added(const char *container, const Buffer *sources, char *const mounts[], size_t length);

/* Waits until the files @paths are there, at most for @usec, and logs what it waits for. */
void sources_wait(const char *container, uint64_t usec, char *const paths[], size_t length);
