/* SPDX-License-Identifier: MIT */
/* The host's ends of links that internetAccess restricts, see templates/nixos-containers.nft: the kernel forwards nothing from or to them
 * unless these rules let it pass, as long as the link exists. So they stay closed when somebody has flushed the rules: two programs at the
 * link do the reverse of two of these rules. tc-bpf(8) */
#pragma once

#include "base/buffer.h"

/* Closes the links that the script adds. Logs what cannot be closed: it is open while the rules are missing. */
void restricted_links_close(const char *container, const Buffer *script);
