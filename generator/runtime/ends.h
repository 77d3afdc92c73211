/* SPDX-License-Identifier: MIT */
/* The ends of containers: what they had on the host is removed behind them, by a service that all share. Their own units would take about as
 * long to run that as a container takes to stop. What is not removed by then, the next start of the container removes, and that of
 * another one that claims the same, and a switch. */
#pragma once

#include "base/common.h"

/* Removes it whenever a container has ended (state/control-groups.h), and says in its log why one has failed. Ends with SIGTERM, when all have
 * been removed that have ended by then, or with a failure. */
MUST_CHECK int ends_watch(void);
