/* SPDX-License-Identifier: MIT */
/* The chain "untrusted" of the table in templates/container.nft: from the links of containers come only packets with addresses that the host
 * would answer there, of IPv6 too, for which the kernel has no setting. The script in a container's record makes it together with the rest;
 * for containers without one it is made here, by nfnetlink, in less time than nft(8) takes to start. The table stays as long as any
 * container has a link. */
#pragma once

#include "base/common.h"

/* Makes the chain, unless it is there. */
MUST_CHECK int untrusted_chain_add(void);

/* Deletes the table, if it is there, unless a container has links or rules. For who has opened the @records. */
MUST_CHECK int untrusted_chain_remove(int records);
