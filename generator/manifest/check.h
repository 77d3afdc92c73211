/* Checks that look at several options, or at several containers. */
#pragma once

#include "base/name-table.h"
#include "manifest/manifest.h"

/* Checks @manifest, adds to @diagnostics what is wrong, marks containers with errors broken and fills in the claims of
 * the others. Adds all containers to @ret_names, by name; its values are Container. */
void check_manifest(Manifest *manifest, NameTable *ret_names, Diagnostics *diagnostics);
