/* SPDX-License-Identifier: MIT */
/* Generating: from a checked manifest to units. */
#pragma once

#include "generate/generator.h"

/* Writes the files of all containers of @manifest, which was checked: of broken ones a unit that says why, in the words of its diagnostics.
 * One of which something cannot be read that it depends on is broken too, and that is added to them. */
void generate(Manifest *manifest, const GenerateOptions *options, Output *output);
