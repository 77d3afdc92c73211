/* SPDX-License-Identifier: MIT */
/* The entry of a container, as text: what its unit keeps, and its record. */
#pragma once

#include "manifest/container.h"

/* Reads the container's entry as it stands in its manifest, which is open, into @entry, without empty lines at its end and without
 * carriage returns. Fails, with @entry empty, if it cannot be read. */
MUST_CHECK int entry_read(const Container *container, Window *window, Buffer *entry);

/* How far the entry's first line is indented, below the container's name in templates/container.manifest. A mapping between braces
 * can stand anywhere. */
size_t entry_column(const Container *container, const Buffer *entry);
