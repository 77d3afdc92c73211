/* SPDX-License-Identifier: MIT */
/* Output: where the generated files go, a directory or, for people to read, standard output.
 *
 * Files are collected and created in batches: generating, and the kernel's work to create a file, each find the processor's caches as they
 * left them, which makes a large run faster by a fifth. */
#pragma once

#include "base/buffer.h"

#define OUTPUT_BATCH_LENGTH 32

typedef struct OutputFile {
        const char *subdirectory; /* NULL: the directory itself */
        size_t name, text, end;   /* where they are in the batch's buffer */
        bool has_sections;        /* is not created without them */
} OutputFile;

typedef struct OutputBatch {
        OutputFile files[OUTPUT_BATCH_LENGTH];
        size_t length;
        Buffer buffer, sections;
} OutputBatch;

typedef struct Output {
        const char *directory;    /* as named in the generated files */
        int fd;                   /* -1: standard output */
        const char *subdirectory; /* the one opened last, or NULL */
        int subdirectory_fd;
        int sections_fd;      /* SECTIONS_FILE, -1 until there is something in it */
        bool sections_failed; /* it ends somewhere, and is not continued */
        bool failed;          /* something could not be written, which was logged. Valid once closed */

        OutputBatch batch;
} Output;

/* Writes below @directory, which exists. */
MUST_CHECK int output_open(Output *output, const char *directory);

/* Prints each file to standard output, as one in @directory. */
void output_open_stdout(Output *output, const char *directory);

/* Starts a new file in @subdirectory (NULL: the directory itself), a string that stays valid. Append its text to the returned buffer. The
 * file is complete or missing; a failure is logged and noted in .failed. */
Buffer *output_start(Output *output, const char *subdirectory, const char *name);

/* Returns where to append what SECTIONS_FILE has of the file that was started last. That one is created after it is complete there. */
Buffer *output_sections(Output *output);

/* Ends the file that was started last. */
void output_end(Output *output);

/* Discards the file that was started last, instead. */
void output_cancel(Output *output);

/* Writes what has not been written yet, and frees everything except .failed. */
void output_close(Output *output);
