/* SPDX-License-Identifier: MIT */
/* The rules of nftables that the containers which run have: put back when they are gone, as somebody has flushed them together with the
 * host's own. */
#pragma once

#include "base/common.h"

/* Puts back what all records say: at once, or record by record if one of them cannot be. */
MUST_CHECK int rules_restore(void);

/* Whether what nfnetlink has said, @length bytes of @messages, is also about the end of the table of the containers. */
bool rules_are_gone_by(const void *messages, size_t length);

/* Does that whenever the table of the containers has been deleted. Ends only if it cannot go on. nfnetlink, NFNLGRP_NFTABLES */
MUST_CHECK int rules_watch(void);
