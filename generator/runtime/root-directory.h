/* SPDX-License-Identifier: MIT */
/* Files in the root directory of a container, which can have put anything there: no symbolic link leads out of it. */
#pragma once

#include "base/lines.h"
#include "state/format.h"
#include "state/paths.h"

/* Whether the line of a record, of tmpfiles.d(5), makes a directory in the root directory of its container. That is not for
 * systemd-tmpfiles, which would follow the container's symbolic links on the host. */
static inline bool is_in_root_directory(const char *line, const char *end) {
        return line_behind(line, end, FILES_MAKE_QUOTED STATE_ROOTS) ||
               line_behind(line, end, FILES_MAKE_QUOTED EPHEMERAL_ROOTS);
}

/* Prepares the root directory for systemd-nspawn with @arguments, of which it alters what that cannot be trusted with. Makes
 * the directories there that the record says. With users of its own, systemd-nspawn makes what it needs as the root of the host, who is
 * nobody inside. So the directories for --tmpfs= are made before, too, and what it has left there in an earlier run is given to root,
 * the container's. */
MUST_CHECK int prepare_root_directory(const char *container, char *arguments[]);

/* Removes the root directory of an ephemeral container with all in it, but nothing of what is mounted there, also while somebody has it
 * open. That of one which an older version has started is no mount. */
MUST_CHECK int remove_ephemeral_root(const char *directory);
