/* SPDX-License-Identifier: MIT */
/* The files that a container needs on the host, as tmpfiles.d(5), see templates/container.tmpfiles. */
#pragma once

#include "base/buffer.h"

/* Returns what systemd-tmpfiles has to do before a start: what is missing, except in the rootfs. */
Buffer files_missing(const Buffer *tmpfiles);

/* Creates them for a running container. Those in the rootfs exist since its start. */
MUST_CHECK int files_create(const Buffer *tmpfiles);

/* Removes what is to be removed: the rootfs of an ephemeral container, which systemd-tmpfiles could not remove if something in it is
 * immutable. */
MUST_CHECK int files_remove(const Buffer *tmpfiles);
