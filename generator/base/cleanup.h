/* SPDX-License-Identifier: MIT */
/* Variables that give back what they hold at the end of their block, however that is left. Each starts as its _NULL, or -1, or NULL. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Clang 14 would say of one that is only there for that, that it is not used. */
#define CLEANUP(function) __attribute__((cleanup(function), unused))

/* They leave errno as it is: it may be what is being returned. */
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

/* Takes a descriptor out of its variable, for what goes on with it. */
static inline int take_fd(int *fd) {
        int taken = *fd;

        *fd = -1;
        return taken;
}
