/* SPDX-License-Identifier: MIT */
/* Requests to nf_tables about the table that all containers share, in batches that have effect as a whole: nfnetlink, without nft(8), which
 * takes many times as long to start. Formats: include/uapi/linux/netfilter/nf_tables.h */
#pragma once

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/netlink.h"

/* Appends the start and the end of a batch. */
void nfnetlink_begin_batch(Buffer *messages);
void nfnetlink_end_batch(Buffer *messages);

/* Appends the header of a message of @type, NFT_MSG_…, and the name of the table as its attribute @table. Returns where it starts, for
 * netlink_end_message(). */
size_t nfnetlink_begin_message(Buffer *messages, unsigned type, unsigned flags, unsigned table);

void nfnetlink_add_text(Buffer *messages, unsigned type, const char *text);
void nfnetlink_add_number(Buffer *messages, unsigned type, uint32_t number);

/* Sends the messages, of which @acknowledgements have NLM_F_ACK. Returns the first failure among them. */
MUST_CHECK int nfnetlink_request(const Buffer *messages, unsigned acknowledgements);
