/* SPDX-License-Identifier: MIT */
/* The nftables rules of running containers: restored when somebody has flushed them together with the host's own. */
#pragma once

#include "base/common.h"

/* Restores the rules of all state records: at once, or record by record if one of them cannot be restored. */
MUST_CHECK int rules_restore(void);

/* Whether the @length bytes of @messages from nfnetlink also report the deletion of the containers' table. */
bool rules_are_gone_by(const void *messages, size_t length);

/* Restores the rules whenever the containers' table has been deleted. Returns only if it cannot continue. nfnetlink, NFNLGRP_NFTABLES */
MUST_CHECK int rules_watch(void);
