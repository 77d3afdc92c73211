/* SPDX-License-Identifier: MIT */
/* Networks for containers whose addresses nobody gives. */
#pragma once

#include "cli/host.h"

/* The third part of addresses 10.233.N.1 and 10.233.N.2 that no container has; 0 if there is none left. */
unsigned find_free_network(Host *host);
