/* SPDX-License-Identifier: MIT */
/* What the kernel tracks of connections. The rules of NAT see only the first packet of a connection, and all others go where that went.
 * With UDP, that goes on for as long as somebody sends. */
#pragma once

#include "base/buffer.h"

/* Has the kernel decide anew where UDP packets to ports of the host go. The ports are those of the elements that @script adds, see
 * templates/container.nft, but for lines that are in @kept too. Forgotten is what was forwarded, or had no answer, as there was no forward:
 * not what the host itself answers, or asks others. Logs if that fails. */
void conntrack_forget(const Buffer *script, const Buffer *kept);
