/* SPDX-License-Identifier: MIT */
/* How functions fail, everywhere in the project.
 *
 *   - A function that can fail returns an int: a negative errno(3) on failure, otherwise 0 or more. bool is for the answer to a question,
 *     including "is there one, and which?": what a false answer leaves unwritten is not a failure.
 *   - Other results are parameters named ret_… and are written only on success.
 *   - A failure is logged once, and never silently ignored. base/ and systemd/ do not log: their callers know what was being attempted, and
 *     log that. In all other folders, a function that fails has logged why, and its callers only pass on the number.
 *   - An error in a manifest is a diagnostic (manifest/diagnostic.h), not a failure.
 *   - When memory is exhausted, a program reports it and exits (memory.h).
 *   - What a function itself guarantees is an assert(3) or _Static_assert. */
#pragma once

#include <errno.h>

/* Marks a function whose result must not be silently discarded. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Discards the result explicitly where a failure does not matter: ignore_failure(unlink_it(…)). */
static inline void ignore_failure(int r) {
        (void)r;
}

/* Returns the negated errno(3); -EIO if it is not set. */
static inline int negative_errno(void) {
        return errno > 0 ? -errno : -EIO;
}

/* Keeps in @result the first failure of several steps that are all carried out, even if some of them fail. */
static inline void keep_failure(int *result, int r) {
        if (*result >= 0 && r < 0)
                *result = r;
}
