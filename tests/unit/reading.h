/* SPDX-License-Identifier: MIT */
/* Reading: a manifest from text, and all that was said about it as one text. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "manifest/document.h"

typedef struct Reading {
        Arena arena;
        Manifest manifest;
} Reading;

static inline void reading_init(Reading *reading) {
        reading->arena = ARENA_NULL;
        manifest_init(&reading->manifest, &reading->arena);
}

/* Reads @length bytes of @text as the file @shown. */
static inline void reading_add_bytes(Reading *reading, const char *shown, const char *text, size_t length) {
        int fd = memfd_create(shown, MFD_CLOEXEC);
        char path[64];

        if (fd < 0 || write(fd, text, length) != (ssize_t)length)
                abort();
        snprintf(path, sizeof(path), "/proc/self/fd/%i", fd);
        manifest_read(&reading->manifest, path, shown);
        close(fd);
}

static inline void reading_add(Reading *reading, const char *shown, const char *text) {
        reading_add_bytes(reading, shown, text, strlen(text));
}

/* All diagnostics, a line each, with "(warning)" behind those that are none. Owned by the arena. */
static inline const char *reading_said(Reading *reading) {
        const char *said = "";

        for (const Diagnostic *d = reading->manifest.diagnostics.first; d; d = d->next)
                said = arena_printf(&reading->arena, "%s%s%s\n", said, d->text,
                        d->severity == SEVERITY_WARNING ? " (warning)" : "");
        return said;
}

static inline void reading_free(Reading *reading) {
        manifest_free(&reading->manifest);
        arena_free(&reading->arena);
}
