/* SPDX-License-Identifier: MIT */
/* Generating: from a checked manifest to units. */
#pragma once

#include "generate/generator.h"

/* Writes the files of all containers of @manifest, which was checked. For an invalid one, writes a unit that reports its diagnostics. A
 * container that depends on something that cannot be read is invalid too; a diagnostic about that is added. */
void generate(Manifest *manifest, const GenerateOptions *options, Output *output);
