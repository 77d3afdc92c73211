/* Output: where the generated files go, a directory or, to be read by people, standard output.
 *
 * Making files is most of the work of a large run, and all of it is the kernel's. So files are collected in batches, and
 * from the first full one on a thread of their own writes them, while the next are generated. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "buffer.h"

/* Small, as it is memory; large, as the threads meet once for each batch. */
#define OUTPUT_BATCH_LENGTH 16

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
        _Atomic bool failed; /* something could not be written; it was said. Valid once closed */

        OutputBatch batches[2];
        OutputBatch *filling;
        OutputBatch *writing; /* by the thread; NULL if it has nothing to do */
        bool threaded, ending;
        pthread_t thread;
        pthread_mutex_t mutex; /* of .writing and .ending */
        pthread_cond_t changed;
} Output;

/* Writes below @directory, which exists. False if it cannot be opened; that was logged. */
bool output_open(Output *output, const char *directory);

/* Prints each file to standard output, as one of @directory. */
void output_open_stdout(Output *output, const char *directory);

/* Writes a new file of @subdirectory (NULL: the directory itself), a string that stays valid. The file is whole or not
 * there; a failure is logged and kept in .failed. */
void output_write(Output *output, const char *subdirectory, const char *name, const Buffer *text);

/* Writes what has not been written yet, and frees all but .failed. */
void output_close(Output *output);
