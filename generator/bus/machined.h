/* SPDX-License-Identifier: MIT */
/* Machines: what systemd-machined knows of running containers and does in them. org.freedesktop.machine1(5) */
#pragma once

#include "base/address.h"
#include "bus/bus.h"

/* All of these require a connection from host_bus_connect(). Failures are not logged but described in @ret_error, unless it is NULL. */

/* Returns the text, for users, of a call that failed with @r and @error. Valid as long as @error. */
const char *machine_error_text(const sd_bus_error *error, int r);

/* Gets the PID of the container's first process on the host. */
MUST_CHECK int machine_leader(sd_bus *bus, const char *name, pid_t *ret_leader, sd_bus_error *ret_error);

/* Gets an address of the container that others can use, IPv4 if it has one. Returns -EADDRNOTAVAIL, and no error, if it has none. */
MUST_CHECK int machine_address(
        sd_bus *bus, const char *name, char ret_text[static ADDRESS_SIZE], sd_bus_error *ret_error);

MUST_CHECK int machine_terminate(sd_bus *bus, const char *name, sd_bus_error *ret_error);

/* Unregisters the container from systemd-machined; it keeps running. */
MUST_CHECK int machine_unregister(sd_bus *bus, const char *name, sd_bus_error *ret_error);

/* Mounts @from on the host at @to in the container, and creates @to if it is missing. */
MUST_CHECK int machine_bind_mount(
        sd_bus *bus, const char *name, const char *from, const char *to, bool read_only, sd_bus_error *ret_error);

/* Creates a terminal in the container. @ret_path is its path there, free(3); @ret_fd is its other end. */
MUST_CHECK int machine_open_terminal(
        sd_bus *bus, const char *name, int *ret_fd, char **ret_path, sd_bus_error *ret_error);
