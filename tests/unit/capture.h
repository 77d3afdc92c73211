/* SPDX-License-Identifier: MIT */
/* Capturing: what is written to standard output or standard error. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct Capture {
        FILE *stream;
        int saved; /* what the stream's descriptor was */
        int file;
} Capture;

static inline Capture capture_start(FILE *stream) {
        Capture capture = {.stream = stream, .file = memfd_create("captured", MFD_CLOEXEC)};

        fflush(stream);
        capture.saved = dup(fileno(stream));
        if (capture.file < 0 || capture.saved < 0 || dup2(capture.file, fileno(stream)) < 0)
                abort();
        return capture;
}

/* Gives back the stream and returns what was written to it; free(3) it. */
static inline char *capture_end(Capture *capture) {
        off_t length;
        char *text;

        fflush(capture->stream);
        if (dup2(capture->saved, fileno(capture->stream)) < 0)
                abort();
        length = lseek(capture->file, 0, SEEK_END);
        text = calloc(1, (size_t)length + 1);
        if (!text || pread(capture->file, text, (size_t)length, 0) != length)
                abort();
        close(capture->saved);
        close(capture->file);
        return text;
}

/* Fails if @text is not one line, or does not have each of the values in it: what they are about is tested, and not how it is said. */
#define assert_mentions(text, ...) mentions(text, (const char *const[]){__VA_ARGS__, NULL}, __FILE__, __LINE__)
static inline void mentions(const char *text, const char *const values[], const char *file, int line) {
        const char *end = strchr(text, '\n');

        for (; *values; values++)
                if (!strstr(text, *values)) {
                        print_error("\"%s\" does not mention \"%s\"\n", text, *values);
                        _fail(file, line);
                }
        if (!end || end[1] != '\0') {
                print_error("\"%s\" is not one line\n", text);
                _fail(file, line);
        }
}
