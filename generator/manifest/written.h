/* SPDX-License-Identifier: MIT */
/* Written: directories on the host that containers write to, and may have put symbolic links into, according to the manifest. */
#pragma once

#include "manifest/manifest.h"

/* Finds the directories that each container's paths pass through, and adds diagnostics about them. The names of @manifest, and what order.h
 * fills in, must be filled in. */
void written_check(Manifest *manifest);

/* Returns the bind mount through which @container can write where a start of @other creates files as the host's root: @other then starts
 * only while @container is not running. NULL if there is none. */
const BindMount *written_root(const Container *container, const Container *other);

/* Whether @path passes through one of the directories of @container that a container writes to. */
bool written_leads_to(const Container *container, const char *path);
