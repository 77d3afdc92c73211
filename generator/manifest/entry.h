/* SPDX-License-Identifier: MIT */
/* The entry of a container, as text: what its unit keeps, and its record. */
#pragma once

#include "base/buffer.h"
#include "manifest/container.h"

/* A part of a file that was read at once. */
typedef struct Window {
        int fd;
        size_t start;
        Buffer text;
} Window;

#define WINDOW_NULL ((Window){.fd = -1})

/* Reads the container's entry as it stands in its manifest, which is open, into @entry, without empty lines at its end and without
 * carriage returns; through @window, which is faster the nearer the entries stand together. Free its text with buffer_free(). Fails, with @entry empty, if it cannot be read. */
MUST_CHECK int entry_read(const Container *container, Window *window, Buffer *entry);

/* How far the entry's first line is indented, below the container's name in templates/container.manifest. A mapping between braces
 * can stand anywhere. */
size_t entry_column(const Container *container, const Buffer *entry);
