/* SPDX-License-Identifier: MIT */
/* The kernel's connection tracking. The rules of NAT see only the first packet of a connection, and all later ones go where that went. With
 * UDP, that continues for as long as somebody sends. */
#pragma once

#include "base/buffer.h"

/* Makes the kernel decide again where UDP packets to ports of the host go. The ports are those of the elements that @script adds, see
 * templates/container.nft, except lines that are also in @kept. Deletes entries that were forwarded, or had no reply because there was no
 * forward; not those of the host's own replies and requests. Logs failures. */
void conntrack_forget(const Buffer *script, const Buffer *kept);
