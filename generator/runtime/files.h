/* SPDX-License-Identifier: MIT */
/* What a container needs on the host of files, of tmpfiles.d(5), see templates/container.tmpfiles. */
#pragma once

#include "base/buffer.h"

/* What there is to do for systemd-tmpfiles before a start: what is missing, but for what is in the root directory. */
Buffer files_missing(const Buffer *tmpfiles);

/* Makes them for a container that runs. Those in the root directory are there since the start. */
MUST_CHECK int files_create(const Buffer *tmpfiles);

/* Removes what is to be removed, the root directory of an ephemeral container, which systemd-tmpfiles itself could not if something in it
 * is immutable. */
MUST_CHECK int files_remove(const Buffer *tmpfiles);
