/* Files in the root directory of a container, which can have put anything there: no symbolic link leads out of it. */
#pragma once

#include <stdbool.h>

/* Prepares the root directory for systemd-nspawn with @arguments: with users of its own, it makes what it needs there as the root of
 * the host, who is nobody inside. So the directories for --tmpfs= are made before, and what it has left there in an earlier run is
 * given to root, the container's. Logs what it cannot do, and returns false. */
bool prepare_root_directory(const char *container, char *const arguments[]);
