/* SPDX-License-Identifier: MIT */
/* Checks that look at several options, or at several containers. */
#pragma once

#include "manifest/manifest.h"

/* Checks @manifest, says what is wrong, marks containers with errors broken and fills in its names and the claims of the other
 * containers. */
void check_manifest(Manifest *manifest);
