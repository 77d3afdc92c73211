/* SPDX-License-Identifier: MIT */
/* The document: one file of a manifest. */
#pragma once

#include "manifest/manifest.h"

/* The maximum size of a file, in bytes, and its maximum number of containers. */
#define MANIFEST_SIZE_MAX ((size_t)64 * 1024 * 1024)
#define MANIFEST_CONTAINERS_MAX 65536

/* Reads the file @path, which is called @shown in diagnostics, and adds its containers to @manifest. All errors go to its diagnostics; a
 * container with errors is added too, marked as broken. If the file cannot be parsed to its end, the containers before that place are
 * added; libyaml detects bytes that are not text up to 16 KiB before it parses what is there. */
void manifest_read(Manifest *manifest, const char *path, const char *shown);
