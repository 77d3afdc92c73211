/* SPDX-License-Identifier: MIT */
/* Files in the rootfs of a container, which can have put anything there: no symbolic link leads out of it. */
#pragma once

#include "base/lines.h"
#include "state/format.h"
#include "state/paths.h"

/* Whether the line of a state record, of tmpfiles.d(5), creates a directory in the rootfs of its container. systemd-tmpfiles must not do
 * that: it would follow the container's symbolic links on the host. */
static inline bool is_in_root_directory(const char *line, const char *end) {
        return line_behind(line, end, FILES_MAKE_QUOTED STATE_ROOTS) ||
               line_behind(line, end, FILES_MAKE_QUOTED EPHEMERAL_ROOTS);
}

/* Prepares the rootfs for systemd-nspawn with @arguments, and changes the arguments that it cannot be trusted with. Creates the directories
 * there that the state record lists. With a user namespace, systemd-nspawn creates what it needs as the host's root, who is nobody inside.
 * So the directories for --tmpfs= are created before, too, and the container's root becomes the owner of what it has left there in an
 * earlier run. */
MUST_CHECK int prepare_root_directory(const char *container, char *arguments[]);

/* Removes the rootfs of an ephemeral container and everything in it, but nothing of what is mounted there, even while somebody has it open.
 * The rootfs of a container that was started by an older version is not a mount. */
MUST_CHECK int remove_ephemeral_root(const char *directory);
