/* Generating: from a checked manifest to units. */
#pragma once

#include "mac-address.h"
#include "manifest.h"
#include "name-table.h"
#include "output.h"

typedef struct GenerateOptions {
        const char *root;                /* "" or where the host's files are */
        const char *generator_directory; /* as the units are to name it */
        MachineId machine_id;
        bool with_records; /* look for containers that run and are no longer declared */
} GenerateOptions;

/* Writes the files of all containers of @manifest: of broken ones a unit that says why, in the words of @diagnostics.
 * @names are the containers by name. */
void generate(const Manifest *manifest, const NameTable *names, const Diagnostics *diagnostics,
        const GenerateOptions *options, Output *output);
