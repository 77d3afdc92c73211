/* SPDX-License-Identifier: MIT */
/* Root writers: containers that run and can write where others have their root directories, by a bind mount. systemd-nspawn makes files
 * and device nodes there as the host's root, by paths that such a container could lead to somewhere else meanwhile. */
#pragma once

#include "base/common.h"

/* Notes those of the paths in @arguments, of systemd-nspawn, or @path that @container is about to write and that are of that kind.
 * Before it can. */
MUST_CHECK int root_writers_note(const char *container, char *const arguments[]);
MUST_CHECK int root_writers_note_path(const char *container, const char *path);

/* Forgets them, for who has opened the @records. */
void root_writers_forget(int records, const char *container);

/* Fails if another container that runs can write where systemd-nspawn with @arguments is about to make anything for @container, and says
 * which. */
MUST_CHECK int root_writers_check(const char *container, char *const arguments[]);
