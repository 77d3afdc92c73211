/* SPDX-License-Identifier: MIT */
/* Machines: what systemd-machined knows of running containers and does in them. org.freedesktop.machine1(5) */
#pragma once

#include "base/address.h"
#include "bus/bus.h"

/* All of these are given a connection of host_bus_connect(). What they fail with is not logged, but said in @ret_error, which is NULL where
 * nobody wants to know. */

/* What @error of a call that has failed with @r says to people. Valid as long as it is. */
const char *machine_error_text(const sd_bus_error *error, int r);

/* The container's first process, as the host counts. */
MUST_CHECK int machine_leader(sd_bus *bus, const char *name, pid_t *ret_leader, sd_bus_error *ret_error);

/* An address of the container that others can use, of IPv4 if it has one. -EADDRNOTAVAIL, and no error, if it has none. */
MUST_CHECK int machine_address(
        sd_bus *bus, const char *name, char ret_text[static ADDRESS_SIZE], sd_bus_error *ret_error);

MUST_CHECK int machine_terminate(sd_bus *bus, const char *name, sd_bus_error *ret_error);

/* Has systemd-machined forget the container, which goes on. */
MUST_CHECK int machine_unregister(sd_bus *bus, const char *name, sd_bus_error *ret_error);

/* Mounts @from of the host at @to in the container, which is made if it is missing. */
MUST_CHECK int machine_bind_mount(
        sd_bus *bus, const char *name, const char *from, const char *to, bool read_only, sd_bus_error *ret_error);

/* Makes a terminal in the container. @ret_path is where it is there, free(3); @ret_fd its other end. */
MUST_CHECK int machine_open_terminal(
        sd_bus *bus, const char *name, int *ret_fd, char **ret_path, sd_bus_error *ret_error);
