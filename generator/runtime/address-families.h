/* SPDX-License-Identifier: MIT */
/* The socket address families that a container can use. */
#pragma once

#include "base/common.h"

/* Removes --restrict-address-families= without a value, which permits all, from @program, the arguments of systemd-nspawn, if that does not
 * know it: before systemd 261, all are permitted. Later it warns without the option, as it is to permit only three families by default.
 * Fails if the container is to have fewer than that. systemd-nspawn(1) */
MUST_CHECK int prepare_address_families(const char *container, char *program[]);
