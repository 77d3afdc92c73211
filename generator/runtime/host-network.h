/* SPDX-License-Identifier: MIT */
/* The host's side of a container's network, set up by a process beside systemd-nspawn: while that prepares the rest, forwards and rules are added,
 * and as soon as it has added the links they are set up. The container waits for that: container-init goes on once the host's ends are up. */
#pragma once

#include "state/record.h"

/* Starts that process, if @parts has links; does without it what there is to be done without. It ends by itself, with this one at the latest;
 * if it fails it kills this one, which is systemd-nspawn by then. The record stays locked until its end, see container_hold(). */
MUST_CHECK int host_network_start(const char *container, const RecordParts *parts);
