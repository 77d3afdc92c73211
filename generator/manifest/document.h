/* SPDX-License-Identifier: MIT */
/* The document: one file of a manifest. */
#pragma once

#include "manifest/manifest.h"

/* The largest file that is read, in bytes, and its most containers. */
#define MANIFEST_SIZE_MAX ((size_t)64 * 1024 * 1024)
#define MANIFEST_CONTAINERS_MAX 65536

/* Reads the file @path, which is called @shown in diagnostics, and adds its containers to @manifest. All that is wrong
 * goes to its diagnostics; a container with errors is added too and marked broken. If the file cannot be parsed to its end,
 * the containers before that place are added; bytes that are no text are found by libyaml up to 16 KiB before it parses
 * what stands there. */
void manifest_read(Manifest *manifest, const char *path, const char *shown);
