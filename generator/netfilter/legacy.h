/* SPDX-License-Identifier: MIT */
/* The tables of iptables-legacy(8), which nfnetlink does not list. */
#pragma once

#include "base/common.h"

/* Whether there is such a table filter, of IPv4 or IPv6, whose chain FORWARD drops what none of its rules decides about. */
bool legacy_closes_forward(bool is_ipv6);
