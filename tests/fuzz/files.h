/* Files in memory, in the place of generator/output.c: what the generator would have written. */
#pragma once

#include <stddef.h>

#include "output.h"

typedef struct File {
        char *subdirectory; /* "": none */
        char *name;
        char *text;
        size_t length;
} File;

typedef struct Files {
        File *items;
        size_t length;
} Files;

/* Those of the run that was ended by output_close() last. They are the caller's: files_free() */
Files files_take(void);

void files_free(Files *files);
