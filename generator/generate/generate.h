/* SPDX-License-Identifier: MIT */
/* Generating: from a checked manifest to units. */
#pragma once

#include "generate/output.h"
#include "manifest/manifest.h"
#include "systemd/mac-address.h"

typedef struct GenerateOptions {
        const char *root;                /* "" or where the host's files are */
        const char *generator_directory; /* as the units are to name it */
        MachineId machine_id;
        int machine_id_error; /* errno(3) if it could not be read, or 0 */
        bool with_records;    /* look for containers that run and are no longer declared */
} GenerateOptions;

/* Writes the files of all containers of @manifest, which was checked: of broken ones a unit that says why, in the words of its diagnostics.
 * One of which something cannot be read that it depends on is broken too, and that is added to them. */
void generate(Manifest *manifest, const GenerateOptions *options, Output *output);
