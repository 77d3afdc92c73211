/* SPDX-License-Identifier: MIT */
/* The chain "untrusted" of the table in templates/nixos-containers.nft: it accepts packets from the links of containers only with
 * addresses that the host would answer there, including IPv6, for which the kernel has no setting. The script in a container's state record
 * creates it together with the rest; for containers without a script it is created here, over nfnetlink, in less time than nft(8) takes to
 * start. The table stays as long as any container has a link. */
#pragma once

#include "base/common.h"

/* Creates the chain, unless it exists. */
MUST_CHECK int untrusted_chain_add(void);

/* Deletes the table, if it exists, unless a container has links or rules. The caller has opened the @records. */
MUST_CHECK int untrusted_chain_remove(int records);
