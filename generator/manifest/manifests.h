/* The host's manifests: all files of its directory, as one. */
#pragma once

#include "manifest/check.h"

#define MANIFESTS_DIRECTORY "/etc/nixos-containers"

/* Reads MANIFESTS_DIRECTORY/NAME.yaml below @root ("": the host's own) in the order of their names into @manifest. That there
 * is none is no error. What is checked across containers is left to check_manifest(). */
void manifests_read(Manifest *manifest, const char *root, Diagnostics *diagnostics);
