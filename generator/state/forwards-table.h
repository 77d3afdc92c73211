/* SPDX-License-Identifier: MIT */
/* The nftables table of all containers, templates/nixos-containers.nft: their units, which systemd reads at each reload, do not have it. */
#pragma once

#include "base/buffer.h"

/* Makes the lines of the section [X-Nftables] of a unit, which add elements, a complete script for nft(8): puts what creates the table in
 * the place of its comments. An empty section stays empty; one that has the table, of another version, stays as it is. */
void forwards_table_put_before(Buffer *section);
