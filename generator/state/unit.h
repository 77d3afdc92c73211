/* SPDX-License-Identifier: MIT */
/* The text of a container's unit, as written by the generator. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Whether it includes its last line, UNIT_END. */
bool unit_is_whole(const Buffer *unit);

/* Whether its last line is UNIT_CONTINUED: its sections are in SECTIONS_FILE. */
bool unit_is_continued(const Buffer *unit);

/* Replaces that line by the sections of @container in the @length bytes of SECTIONS_FILE at @text. Returns 0 if all of them are not there. */
int unit_append_sections(Buffer *unit, const char *container, const char *text, size_t length);

/* Returns the content of a section, up to the next one or the end. Empty if there is none. */
Buffer unit_section(const Buffer *unit, const char *name);

/* Returns the path at the end of a section's line, where it has a slash behind it and "%" is doubled; "" if there is none. Owned by @arena. */
const char *section_path(Arena *arena, const char *line, const char *end);

/* Extracts the manifest of the container from the comments that contain it, see templates/container.manifest. */
Buffer unit_manifest(const Buffer *unit);
