/* SPDX-License-Identifier: MIT */
/* The ports of the host that are forwarded to containers, and where these may go: a script for nft(8) in each record. One table serves
 * all containers. See templates/container.nft */
#pragma once

#include "base/buffer.h"

/* Adds what @script says, if that is anything. */
MUST_CHECK int forwards_add(const Buffer *script);

/* The same, without a word. Whether it was added. */
bool forwards_try_to_add(const Buffer *script);

/* Whether the record of another container than @container has a script with the same rules: then the table is there, unless somebody has
 * deleted it. */
bool forwards_have_rules(const char *container, const Buffer *script);

/* Starts to add only the elements of @script, which is done in a moment: rules that are replaced take the kernel some time. Returns the
 * process, which fails without a word if the table is not there any more. */
MUST_CHECK pid_t forwards_start_adding_elements(const Buffer *script);

/* Takes from @script the elements that are not in @kept. Returns how many are left, and in @ret_taken how many were taken. */
size_t forwards_keep(Buffer *script, const Buffer *kept, size_t *ret_taken);

/* Deletes whatever elements there are of the keys of @script, one by one: for who has their claims, so that nobody else does. */
void forwards_take_over(const Buffer *script);

/* Deletes the elements that @script has added but those in @kept, in one transaction. It succeeds if somebody has flushed the ruleset
 * meanwhile, too. */
MUST_CHECK int forwards_delete(const Buffer *script, const Buffer *kept);

/* Deletes all forwards of the record, and those that it was about to delete. Meanwhile a reload of the host's rules does not put
 * them back. For who has opened the @records. */
MUST_CHECK int forwards_remove(int records, const char *container);
