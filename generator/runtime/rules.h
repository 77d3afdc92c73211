/* SPDX-License-Identifier: MIT */
/* The nftables rules of running containers: restored when somebody has flushed them together with the host's own, and
 * compared with what others have. */
#pragma once

#include "base/common.h"

/* Restores the rules of all state records: at once, or record by record if one of them cannot be restored. */
MUST_CHECK int rules_restore(void);

/* What messages of nfnetlink are about: the deletion of the containers' table, that table, and others. */
enum { RULES_GONE = 1, RULES_OWN = 2, RULES_OTHERS = 4 };

/* Returns what the @length bytes of @messages are about. */
unsigned rules_changed_by(const void *messages, size_t length);

/* Restores the rules whenever the containers' table has been deleted, and logs what others start to drop of what containers send and receive,
 * see blocked.h. Returns only if it cannot continue. nfnetlink, NFNLGRP_NFTABLES */
MUST_CHECK int rules_watch(void);
