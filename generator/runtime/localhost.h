/* SPDX-License-Identifier: MIT */
/* Forwarding from the host's loopback addresses. The kernel does not let packets from these out to a container, and if told to do so
 * (route_localnet), it would let the container reach what listens there. So BPF programs have sockets connect to the container in the first
 * place (localhost-bpf.h). Where that cannot be, TCP ports get a socket each, and behind it systemd-socket-proxyd(8): transient units
 * container-NAME-PORT, bound to the container's unit. So do those of 127.0.0.1 for a container that has only an IPv6 address.
 *
 * @lines has one line per port, separated by blanks: its label, as in the units' names; the address and port in the container; one or two
 * addresses and ports of the host. The label is "8080", or "127.0.0.1:8080" with hostIP, behind "udp:" for UDP. Unless it has an address of
 * 127.0.0.0/8, 127.0.0.1 stands for all of them. See templates/container.localhost.
 *
 * None of these functions must be called with the records open. */
#pragma once

#include "base/buffer.h"

/* Forwards the ports in @lines that are not in @except, by BPF. One that another program listens on is only logged. Appends
 * to @ret_rest what is left to localhost_listen(). */
void localhost_forward(const char *container, const Buffer *lines, const Buffer *except, Buffer *ret_rest);

/* Listens on the ports in @lines. Fails if one of them is not available; listens on the others. */
MUST_CHECK int localhost_listen(const char *container, const Buffer *lines);

/* Ends both for the ports in @lines that are not in @except. */
MUST_CHECK int localhost_close(const char *container, const Buffer *lines, const Buffer *except);
