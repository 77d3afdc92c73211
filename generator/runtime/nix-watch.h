/* SPDX-License-Identifier: MIT */
/* Updates what the host's Nix keeps for containers as they install things, while any container that can do so is running. */
#pragma once

#include "base/common.h"

/* Updates all of it, and then each container's part when its directories change. Notifies systemd when it is ready. Returns only on
 * failure. */
MUST_CHECK int nix_watch(void);
