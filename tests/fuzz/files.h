/* SPDX-License-Identifier: MIT */
/* Files in memory, in the place of generator/generate/output.c: what the generator would have written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "generate/output.h"

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

/* What the units call the directory that they are in. */
#define FILES_DIRECTORY "/run/systemd/generator"

/* What the generator makes of the manifest @bytes, read behind the manifest @before, if that is not NULL. Then @ret_twice is whether
 * @container is declared twice. Free with files_free(). */
Files files_generate(const char *before, const char *bytes, size_t length, const char *container, bool *ret_twice);

void files_free(Files *files);
