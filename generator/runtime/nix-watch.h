/* SPDX-License-Identifier: MIT */
/* Has what the host's Nix keeps for containers follow what they install, as long as any runs that can. */
#pragma once

#include "base/common.h"

/* Updates all of it, and each container's when its directories change. Tells systemd that it is ready. It ends only by a failure. */
MUST_CHECK int nix_watch(void);
