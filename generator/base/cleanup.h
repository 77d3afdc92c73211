/* SPDX-License-Identifier: MIT */
/* Variables that release what they hold at the end of their block, however it is left. Each is initialized with its _NULL, -1 or NULL. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* "unused": otherwise, clang 14 warns about variables that exist only for their cleanup. */
#define CLEANUP(function) __attribute__((cleanup(function), unused))

/* These preserve errno: it may be the error that is being returned. */
static inline void cleanup_close(int *fd) {
        int error = errno;

        if (*fd >= 0)
                (void)close(*fd);
        errno = error;
}

static inline void cleanup_closedir(DIR **directory) {
        int error = errno;

        if (*directory)
                (void)closedir(*directory);
        errno = error;
}

static inline void cleanup_free(void *memory) {
        free(*(void **)memory);
}

#define CLEANUP_CLOSE CLEANUP(cleanup_close)
#define CLEANUP_CLOSEDIR CLEANUP(cleanup_closedir)
#define CLEANUP_FREE CLEANUP(cleanup_free)

/* Moves the descriptor out of its variable, which is then -1, to hand it on. */
static inline int take_fd(int *fd) {
        int taken = *fd;

        *fd = -1;
        return taken;
}
