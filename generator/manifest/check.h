/* SPDX-License-Identifier: MIT */
/* Checks across several options, or across several containers. */
#pragma once

#include "manifest/manifest.h"

/* Checks @manifest, adds diagnostics, marks containers with errors as broken, and fills in its names and the claims of the other
 * containers. */
void check_manifest(Manifest *manifest);
