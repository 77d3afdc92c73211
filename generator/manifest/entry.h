/* SPDX-License-Identifier: MIT */
/* The entry of a container, as text: for its unit, and its state record. */
#pragma once

#include "base/buffer.h"
#include "manifest/container.h"

/* A part of a file, read in one step. */
typedef struct Window {
        int fd;
        size_t start;
        Buffer text;
} Window;

#define WINDOW_NULL ((Window){.fd = -1})

/* Reads the container's entry from its manifest, which is open, into @entry, without empty lines at its end and without carriage returns.
 * Reads through @window, which is faster the closer together the entries are. Free the text of @window with buffer_free(). Fails, with
 * @entry empty, if it cannot be read. */
MUST_CHECK int entry_read(const Container *container, Window *window, Buffer *entry);

/* Returns how far the entry's first line is indented, below the container's name in templates/container.manifest. A mapping in braces can
 * be anywhere. */
size_t entry_column(const Container *container, const Buffer *entry);
