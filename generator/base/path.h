/* SPDX-License-Identifier: MIT */
/* Paths as text: absolute, without "." and "..", and without a trailing slash except for "/" itself. */
#pragma once

#include "base/common.h"

/* Returns what follows @directory and a slash in @path, which is "" for @directory itself; NULL if @path is somewhere else. */
static inline const char *path_behind(const char *path, const char *directory) {
        size_t length = strlen(directory);

        if (strncmp(path, directory, length) != 0)
                return NULL;
        path += length;
        if (length > 0 && directory[length - 1] == '/')
                return path;
        return path[0] == '/' ? path + 1 : path[0] == '\0' ? path : NULL;
}

/* Whether @path is somewhere below @directory. */
static inline bool path_is_below(const char *path, const char *directory) {
        const char *behind = path_behind(path, directory);

        return behind && behind[0] != '\0';
}

/* Whether @path is @directory or somewhere below it. */
static inline bool path_is_within(const char *path, const char *directory) {
        return path_behind(path, directory) != NULL;
}

/* Whether @path is where the kernel and running programs put what they offer: something else there would stand in its way. hier(7) */
static inline bool path_is_made_by_others(const char *path) {
        return path_is_within(path, "/dev") || path_is_within(path, "/run") || path_is_within(path, "/var/run") ||
               path_is_within(path, "/proc") || path_is_within(path, "/sys");
}
