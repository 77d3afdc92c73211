/* SPDX-License-Identifier: MIT */
/* The connections to systemd and to the host's D-Bus: the names used on them, and the texts of errors. */
#pragma once

#include "base/common.h"

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

/* org.freedesktop.systemd1(5) */
#define SYSTEMD_SERVICE "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER SYSTEMD_SERVICE ".Manager"
#define SYSTEMD_UNIT SYSTEMD_SERVICE ".Unit"
#define SYSTEMD_UNIT_SERVICE SYSTEMD_SERVICE ".Service"
#define SYSTEMD_UNIT_MASKED SYSTEMD_SERVICE ".UnitMasked"
#define SYSTEMD_NO_SUCH_UNIT SYSTEMD_SERVICE ".NoSuchUnit"
#define SYSTEMD_ALREADY_SUBSCRIBED SYSTEMD_SERVICE ".AlreadySubscribed"

/* org.freedesktop.machine1(5) */
#define MACHINED_SERVICE "org.freedesktop.machine1"
#define MACHINED_PATH "/org/freedesktop/machine1"
#define MACHINED_MANAGER MACHINED_SERVICE ".Manager"
#define MACHINED_MACHINE MACHINED_SERVICE ".Machine"
#define MACHINED_NO_SUCH_MACHINE MACHINED_SERVICE ".NoSuchMachine"

#define DBUS_PROPERTIES "org.freedesktop.DBus.Properties"

/* The same as that of systemctl(1): the generators may take 90 s. */
#define RELOAD_TIMEOUT ((uint64_t)180 * 1000 * 1000)

/* Connects to systemd, over its private socket while there is no D-Bus yet. */
MUST_CHECK int systemd_connect(sd_bus **ret_bus);

/* Connects to the host's D-Bus, which systemd-machined uses. */
MUST_CHECK int host_bus_connect(sd_bus **ret_bus);

/* Has @handler called for each signal @member that systemd sends, of the object @path or of any if it is NULL, like sd_bus_match_signal(3).
 * Closes the connection on failure. */
MUST_CHECK int systemd_match_signal(sd_bus *bus, sd_bus_slot **ret_match, const char *path, const char *interface,
        const char *member, sd_bus_message_handler_t handler, void *userdata);

/* Calls @method of systemd's Manager with arguments of @types, like sd_bus_call_method(3). Failures are not logged but described in
 * @ret_error, unless it is NULL. */
MUST_CHECK int systemd_call(
        sd_bus *bus, const char *method, sd_bus_error *ret_error, sd_bus_message **ret_reply, const char *types, ...);

/* Returns the text, for users, of a call that failed with @r: from @error if there was a reply. Valid as long as @error. */
const char *bus_error_text(const sd_bus_error *error, int r);

/* A connection sends what is pending before it ends. Initialize an error with SD_BUS_ERROR_NULL. */
#define CLEANUP_BUS CLEANUP(sd_bus_flush_close_unrefp)
#define CLEANUP_BUS_ERROR CLEANUP(sd_bus_error_free)
#define CLEANUP_BUS_MESSAGE CLEANUP(sd_bus_message_unrefp)
#define CLEANUP_BUS_SLOT CLEANUP(sd_bus_slot_unrefp)
