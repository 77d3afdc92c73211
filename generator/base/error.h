/* SPDX-License-Identifier: MIT */
/* How functions fail, all over the project.
 *
 *   - What can fail returns an int: a negative errno(3) if it has failed, 0 or more if not. bool is for the answer to a question, also for
 *     "is there one, and which": what a false answer leaves unwritten is no failure.
 *   - What a function gives besides is named ret_… and written only on success.
 *   - A failure is logged once, and never silently. base/ and systemd/ do not log: whoever calls them knows what was to be done, and says
 *     so. In all other folders a function that fails has logged why, and whoever calls it only hands on the number.
 *   - What is wrong with a manifest is a diagnostic (manifest/diagnostic.h), not a failure.
 *   - Without memory a program says so and ends (memory.h).
 *   - What a function promises itself is an assert(3) or _Static_assert. */
#pragma once

#include <errno.h>

/* Marks a function whose result is not to be thrown away without a word. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* The word, where it does not matter whether it has failed: ignore_failure(unlink_it(…)). */
static inline void ignore_failure(int r) {
        (void)r;
}

/* The errno(3) as it is returned. */
static inline int negative_errno(void) {
        return errno > 0 ? -errno : -EIO;
}

/* Keeps in @result the first failure of several things that are done whatever comes of the others. */
static inline void keep_failure(int *result, int r) {
        if (*result >= 0 && r < 0)
                *result = r;
}
