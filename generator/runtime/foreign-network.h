/* SPDX-License-Identifier: MIT */
/* The network of a container with a user namespace where that does not own it: the host's, or another that is there already. */
#pragma once

#include "base/common.h"

/* Prepares it, if systemd-nspawn is about to be run with @arguments that make such a container:
 *
 * It joins a given network namespace only when it is in the user namespace, where it may not. So this process joins it, and the
 * argument is taken out of @arguments.
 *
 * Ports below 1024 take a capability in the user namespace that owns the network, which nobody in the container can have. What runs
 * in the control group of this process and in those below is let off that.
 *
 * Fails if the container cannot start; without low ports it can. */
MUST_CHECK int prepare_foreign_network(const char *container, char *arguments[]);
