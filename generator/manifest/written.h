/* SPDX-License-Identifier: MIT */
/* Written: directories on the host that containers write, with links in them that they have made, by what the manifest says. */
#pragma once

#include "manifest/manifest.h"

/* Finds the directories that paths of each container lead through, and says what can be said of these. The names of @manifest are
 * filled in, and what order.h fills in. */
void written_check(Manifest *manifest);

/* The bind mount by which @container can write where a start of @other makes files as the host's root: @other then starts only while
 * that one does not run. NULL if there is none. */
const BindMount *written_root(const Container *container, const Container *other);

/* Whether @path is on the way through a directory of @container's that a container writes. */
bool written_leads_to(const Container *container, const char *path);
