/* SPDX-License-Identifier: MIT */
/* A /run, and whatever else a test puts files into that programs look for at a fixed path, which no other process sees. Included before
 * all that is not the C library's. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Puts an empty directory in the place of @path. */
static inline bool own_directory(const char *path) {
        return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") == 0;
}

/* Writes @text to the file @path, in the place of what was in it. */
static inline void write_text(const char *path, const char *text) {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

        if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
                abort();
        close(fd);
}

/* What the file @path has in it, "" if there is none; free(3) it. */
static inline char *text_of(const char *path) {
        char *text = calloc(1, 65536);
        int fd = open(path, O_RDONLY);

        if (!text || (fd >= 0 && read(fd, text, 65535) < 0))
                abort();
        if (fd >= 0)
                close(fd);
        return text;
}

/* Gives the process an empty /run of its own. False if it may not have that: then it has said that the tests are skipped. */
static inline bool own_run(const char *tests) {
        unsigned user = getuid(), group = getgid();
        char map[32];

        if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
                write_text("/proc/self/setgroups", "deny");
                snprintf(map, sizeof(map), "0 %u 1", user);
                write_text("/proc/self/uid_map", map);
                snprintf(map, sizeof(map), "0 %u 1", group);
                write_text("/proc/self/gid_map", map);
        }
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && own_directory("/run"))
                return true;
        printf("skipped: %s: there can be no mount namespace here\n", tests);
        return false;
}

/* The same, for tests that put a directory of their own in the place of /nix. */
static inline bool own_run_and_nix(const char *tests) {
        if (!own_run(tests))
                return false;
        if (mkdir("/nix", 0755) == 0 || errno == EEXIST)
                return true;
        printf("skipped: %s: there can be no /nix here\n", tests);
        return false;
}
