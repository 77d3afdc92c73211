/* Machines: what systemd-machined knows of running containers. org.freedesktop.machine1(5) */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "base/address.h"

/* Connects to the host's D-Bus. NULL if that fails; that was logged. Give back with sd_bus_flush_close_unref(). */
sd_bus *host_bus_connect(void);

/* What @error says to people. Valid as long as it is. */
const char *bus_error_text(const sd_bus_error *error);

/* All of these take NULL for @error where nobody wants to know, and return false on failure. */

/* The container's first process, as the host counts. */
bool machine_leader(sd_bus *bus, const char *name, pid_t *ret_leader, sd_bus_error *error);

/* An address of the container that others can use, of IPv4 if it has one. */
bool machine_address(sd_bus *bus, const char *name, char ret_text[static ADDRESS_SIZE], sd_bus_error *error);

bool machine_terminate(sd_bus *bus, const char *name, sd_bus_error *error);

/* Makes a terminal in the container. @ret_path is where it is there, free(3); @ret_fd its other end. */
bool machine_open_terminal(sd_bus *bus, const char *name, int *ret_fd, char **ret_path, sd_bus_error *error);
