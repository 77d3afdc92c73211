/* SPDX-License-Identifier: MIT */
/* Records of containers in a /run of the test's own, and the units of which they are made. Included after cmocka.h. */
#pragma once

#include <errno.h>
#include <string.h>
#include <time.h>

#include "capture.h"
#include "own-run.h"
#include "state/claims.h"
#include "state/record.h"

#define UNITS "/run/units"
#define END "# End of container@web.service\n"

/* Time passes at once. How often it was waited for, and what happens meanwhile. */
static int steps;
static void (*in_step)(void);

int nanosleep(const struct timespec *time, struct timespec *left) {
        (void)time;
        (void)left;
        steps++;
        if (in_step)
                in_step();
        return 0;
}

static char said[4096];

/* Runs @call, and keeps what it says. */
#define SAYING(call)                                                                                                   \
        ({                                                                                                             \
                Capture capture = capture_start(stderr);                                                               \
                int result = (call);                                                                                   \
                                                                                                                       \
                keep_said(capture_end(&capture));                                                                      \
                result;                                                                                                \
        })
#define SAYS_NOTHING() assert_string_equal(said, "")
#define MENTIONS(...) assert_mentions(said, __VA_ARGS__)

static inline void keep_said(char *text) {
        snprintf(said, sizeof(said), "%s", text);
        free(text);
}

static inline const char *unit_path(const char *container) {
        static char path[128];

        snprintf(path, sizeof(path), UNITS "/container@%s.service", container);
        return path;
}

/* The generator writes the unit of a container with @claims, a line each. */
static inline void declare(const char *container, const char *claims) {
        char unit[1024];

        snprintf(unit, sizeof(unit),
                "[Service]\nExecStart=/x\n\n[X-Claims]\n# What it has alone.\n%s\n[X-Manifest]\n\n%s", claims, END);
        write_text(unit_path(container), unit);
}

static inline const char *at(const char *path) {
        static char whole[256];

        snprintf(whole, sizeof(whole), RECORDS_DIRECTORY "/%s", path);
        return whole;
}

static inline bool is_there(const char *path) {
        return access(at(path), F_OK) == 0;
}

static inline const char *holder_of(const char *claim) {
        static char holder[64];
        char path[128];
        ssize_t n;

        snprintf(path, sizeof(path), CLAIMS_DIRECTORY "/%s", claim);
        n = readlink(at(path), holder, sizeof(holder) - 1);
        holder[n < 0 ? 0 : n] = '\0';
        return holder;
}

static inline void assert_file(const char *path, const char *expected) {
        char *text = text_of(at(path));

        assert_string_equal(text, expected);
        free(text);
}

static inline int start_test(void **state) {
        (void)state;
        steps = 0;
        in_step = NULL;
        unsetenv("NOTIFY_SOCKET");
        return umount2("/run", MNT_DETACH) == 0 && own_directory("/run") && mkdir(UNITS, 0755) == 0 ? 0 : -1;
}
