/* SPDX-License-Identifier: MIT */
/* A clock that nobody can set. */
#pragma once

#include <time.h>

#include "base/common.h"

/* Returns µs since an unspecified moment in the past. clock_gettime(2), CLOCK_MONOTONIC */
static inline uint64_t clock_usec(void) {
        struct timespec now = {0};

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
