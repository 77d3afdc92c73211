/* SPDX-License-Identifier: MIT */
/* Output: where the generated files go, a directory or, to be read by people, standard output.
 *
 * Files are collected and made in batches: generating and what the kernel does to make a file each find the processor's
 * caches as they left them, which makes a large run faster by a fifth. */
#pragma once

#include "base/buffer.h"

#define OUTPUT_BATCH_LENGTH 32

typedef struct OutputFile {
        const char *subdirectory; /* NULL: the directory itself */
        size_t name, text, end;   /* where they are in the batch's buffer */
} OutputFile;

typedef struct OutputBatch {
        OutputFile files[OUTPUT_BATCH_LENGTH];
        size_t length;
        Buffer buffer;
} OutputBatch;

typedef struct Output {
        const char *directory;    /* as named in what is generated */
        int fd;                   /* -1: standard output */
        const char *subdirectory; /* the one opened last, or NULL */
        int subdirectory_fd;
        bool failed; /* something could not be written; it was said. Valid once closed */

        OutputBatch batch;
} Output;

/* Writes below @directory, which exists. */
MUST_CHECK int output_open(Output *output, const char *directory);

/* Prints each file to standard output, as one of @directory. */
void output_open_stdout(Output *output, const char *directory);

/* Starts a new file of @subdirectory (NULL: the directory itself), a string that stays valid. Its text is to be appended
 * to the buffer that is returned. The file is whole or not there; a failure is logged and kept in .failed. */
Buffer *output_start(Output *output, const char *subdirectory, const char *name);

/* Ends the file that was started last. */
void output_end(Output *output);

/* Forgets the file that was started last, instead. */
void output_cancel(Output *output);

/* Writes what has not been written yet, and frees all but .failed. */
void output_close(Output *output);
