/* SPDX-License-Identifier: MIT */
/* Forwarding from the host's loopback addresses. The kernel does not let packets from these out to a container, and if told to do so
 * (route_localnet), it would let the container reach what listens there. So each port gets a socket, and behind it
 * systemd-socket-proxyd(8): transient units container-NAME-PORT, bound to the container's unit. Only TCP is forwarded this way.
 *
 * @lines has one line per port: the port as in the units' names, the address and port in the container, and one or two addresses and ports
 * of the host, separated by blanks. See templates/container.localhost. */
#pragma once

#include "base/buffer.h"

/* Listens on the ports in @lines that are not in @except. Fails if one of them is not available; listens on the others. */
MUST_CHECK int localhost_listen(const char *container, const Buffer *lines, const Buffer *except);

/* Stops listening on the ports in @lines that are not in @except. */
MUST_CHECK int localhost_close(const char *container, const Buffer *lines, const Buffer *except);
