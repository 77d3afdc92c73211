/* SPDX-License-Identifier: MIT */
/* The network of a container whose user namespace does not own it: the host's, or another existing one. */
#pragma once

#include "base/common.h"

/* Prepares it if systemd-nspawn is about to be run with @arguments that create such a container:
 *
 * systemd-nspawn joins an existing network namespace only from inside the user namespace, where it lacks permission. So this process joins
 * it, and removes the argument from @arguments.
 *
 * Ports below 1024 require a capability in the user namespace that owns the network, which nobody in the container can have. Processes in
 * the control group of this process, and in those below it, are exempted from that.
 *
 * Fails if the container cannot start; without low ports it can. */
MUST_CHECK int prepare_foreign_network(const char *container, char *arguments[]);
