/* SPDX-License-Identifier: MIT */
/* Root writers: running containers that can write to where others have their rootfs, through a bind mount. systemd-nspawn creates files and
 * device nodes there as the host's root, by paths that such a container could redirect meanwhile. */
#pragma once

#include "base/common.h"

/* Notes those of the paths in @arguments, of systemd-nspawn, or @path that @container is about to be able to write to and that are of that
 * kind. Call it before the container can. */
MUST_CHECK int root_writers_note(const char *container, char *const arguments[]);
MUST_CHECK int root_writers_note_path(const char *container, const char *path);

/* Forgets them. The caller has opened the @records. */
void root_writers_forget(int records, const char *container);

/* Fails if another running container can write where systemd-nspawn with @arguments is about to create anything for @container, and logs
 * which one. */
MUST_CHECK int root_writers_check(const char *container, char *const arguments[]);
