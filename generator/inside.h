/* Inside: opening what is in a running container from the host, without being led astray by links that are in it. */
#pragma once

#include <sys/types.h>

/* Opens @path below the directory @root as it is seen there: symbolic links lead nowhere else. -1, with errno set, if that fails. */
int inside_open(int root, const char *path, int flags);
