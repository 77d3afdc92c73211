/* SPDX-License-Identifier: MIT */
/* The elements of a script for nft(8), see templates/container.nft, added to the table and deleted from it by nfnetlink. */
#pragma once

#include "base/buffer.h"

/* Adds the elements of @script, all or none. Fails with -ENOENT if the table does not have their sets, with -EEXIST if another container's
 * are in their places, and with -EINVAL if a line is not known: nft may know it. Logs nothing. */
MUST_CHECK int forward_elements_add(const Buffer *script);

/* Deletes the elements of @script, except those in @kept, in one step. Those that are missing count as deleted. Fails with -EINVAL if a line
 * is not known. Logs nothing. */
MUST_CHECK int forward_elements_delete(const Buffer *script, const Buffer *kept);
