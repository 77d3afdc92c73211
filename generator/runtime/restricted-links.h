/* SPDX-License-Identifier: MIT */
/* The host's ends of links whose way internetAccess restricts, see templates/container.nft: the kernel forwards nothing from there and to there
 * unless these rules let it pass, as long as the link exists. So they stay closed when the rules are gone, as somebody has flushed them: two
 * programs at the link, which do the reverse of two of these rules. tc-bpf(8) */
#pragma once

#include "base/buffer.h"

/* Closes the links that the script adds. What cannot be closed is logged: it is open when the rules are gone. */
void restricted_links_close(const char *container, const Buffer *script);
