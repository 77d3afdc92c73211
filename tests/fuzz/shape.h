/* SPDX-License-Identifier: MIT */
/* The shape of generated files: whether a file could be made from its templates, some values standing for their placeholders.
 *
 * It is a second opinion on generator/generate/template.c, which it does not use: a file has its own templates, whole and in their order; a
 * constant stands only for itself; a value is escaped for where it stands, and has no other characters than its placeholder is known for;
 * a placeholder has the same values, and as many, wherever it is. */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

/* Appends to the unit @name, as systemd has it, its sections in @sections, the text of SECTIONS_FILE, if they are there. Without them it
 * has not its shape. */
void shape_append_sections(Buffer *unit, const char *name, const Buffer *sections);

/* NULL if the file @name of @subdirectory ("": none) is such a file, or else what is wrong with it, valid until the next call.
 * @generator_directory is what the units call it. */
const char *shape_check(
        const char *subdirectory, const char *name, const char *text, size_t length, const char *generator_directory);
