/* Output: where the generated files go, a directory or, to be read by people, standard output. */
#pragma once

#include <stdbool.h>

#include "buffer.h"

typedef struct Output {
        const char *directory;    /* as named in what is generated */
        int fd;                   /* -1: standard output */
        const char *subdirectory; /* the one opened last, or NULL */
        int subdirectory_fd;
        bool failed; /* something could not be written; it was said */
} Output;

/* Writes below @directory, which exists. False if it cannot be opened; that was logged. */
bool output_open(Output *output, const char *directory);

/* Prints each file to standard output, as one of @directory. */
void output_open_stdout(Output *output, const char *directory);

/* Writes a new file of @subdirectory (NULL: the directory itself), a string that stays valid. The file is whole or not
 * there; a failure is logged and kept in .failed. */
void output_write(Output *output, const char *subdirectory, const char *name, const Buffer *text);

void output_close(Output *output);
