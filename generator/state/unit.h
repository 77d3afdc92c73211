/* SPDX-License-Identifier: MIT */
/* The text of a container's unit, as the generator has written it. */
#pragma once

#include "base/buffer.h"

/* Whether it has its last line, UNIT_END. */
bool unit_is_whole(const Buffer *unit);

/* Gives the content of a section, up to the next one or the end. Empty if it has none. */
Buffer unit_section(const Buffer *unit, const char *name);

/* Takes the manifest of the container out of the comments that it is kept in, see templates/container.manifest. */
Buffer unit_manifest(const Buffer *unit);
