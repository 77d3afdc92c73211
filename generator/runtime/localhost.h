/* SPDX-License-Identifier: MIT */
/* Forwarding from the host's loopback addresses. The kernel does not let packets from there out to a container, and if it were told
 * to (route_localnet), it would let the container reach what listens there. So there is a socket for each port, and behind it
 * systemd-socket-proxyd(8): transient units container-NAME-PORT, bound to the container's unit. Only TCP is forwarded so.
 *
 * @lines has a line for each: the port as the units' names have it, the address and port in the container, and one or two
 * addresses and ports of the host, with blanks between them. See templates/container.localhost. */
#pragma once

#include "base/buffer.h"

/* Listens on the ports in @lines that are not in @except. Fails if one could not be had; the others are. */
MUST_CHECK int localhost_listen(const char *container, const Buffer *lines, const Buffer *except);

/* Stops listening on the ports in @lines that are not in @except. */
MUST_CHECK int localhost_close(const char *container, const Buffer *lines, const Buffer *except);
