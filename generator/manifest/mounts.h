/* SPDX-License-Identifier: MIT */
/* Mounts: what will back the host's side of bind mounts, according to /etc/fstab and /proc/self/mountinfo. */
#pragma once

#include "manifest/manifest.h"

/* Warns about bind mounts in @manifest that cannot work, or work less than it seems, because of the file system of their source. @root is
 * "" or where the host's files are. With @follow_links, symbolic links in host paths are followed, which may have file systems mounted that
 * are mounted on demand: a generator must not. */
void mounts_check(Manifest *manifest, const char *root, bool follow_links);

/* Whether anything is mounted somewhere below @path, as far as that is known. */
bool mounts_below(const char *root, const char *path);
