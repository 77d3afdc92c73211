/* SPDX-License-Identifier: MIT */
/* The ports of the host that are forwarded to containers, and where containers may connect to: a script for nft(8) in each state record.
 * One table serves all containers. See templates/nixos-containers.nft */
#pragma once

#include "base/buffer.h"

/* Adds the content of @script, if there is any. */
MUST_CHECK int forwards_add(const Buffer *script);

/* The same, without logging. Returns whether it was added. */
bool forwards_try_to_add(const Buffer *script);

/* Adds the elements of @script if the table is known to be that of the script, which takes a fraction of the time. Returns whether they were
 * added. */
bool forwards_try_to_add_elements(const Buffer *script);

/* Removes from @script the elements that are not in @kept. Returns how many are left and, in @ret_taken, how many were removed. */
size_t forwards_keep(Buffer *script, const Buffer *kept, size_t *ret_taken);

/* Deletes any existing elements with the keys of @script, one by one. The caller has their claims, so nobody else does. */
void forwards_take_over(const Buffer *script);

/* Deletes the elements that @script has added, except those in @kept, in one transaction. Succeeds even if somebody has flushed the ruleset
 * in the meantime. */
MUST_CHECK int forwards_delete(const Buffer *script, const Buffer *kept);

/* Deletes all forwards of the state record, including those that it was about to delete. Meanwhile, a reload of the host's rules does not
 * restore them. The caller has opened the @records. */
MUST_CHECK int forwards_remove(int records, const char *container);
