/* SPDX-License-Identifier: MIT */
/* What systemd's manager knows of units and does with them, except jobs. org.freedesktop.systemd1(5) */
#pragma once

#include "base/arena.h"
#include "bus/bus.h"

/* systemctl daemon-reload. */
MUST_CHECK int systemd_reload(sd_bus *bus);

/* Connects to systemd, reloads its units, and closes the connection. */
MUST_CHECK int systemd_connect_and_reload(void);

/* Gets the state of the whole host, "starting", "running", "degraded", …; free(3). */
MUST_CHECK int systemd_state(sd_bus *bus, char **ret_state);

/* Returns the string property @name of @unit ("ActiveState", …), or NULL if systemd cannot tell. free(3) */
char *unit_property(sd_bus *bus, const char *unit, const char *name);

/* Returns a condition of @unit that did not hold at its last start, "ConditionPathExists=/a"; NULL if all did. free(3) */
char *unit_failed_condition(sd_bus *bus, const char *unit);

/* Returns the last main process of @unit, a service, which may have ended; 0 if there was none, or systemd cannot tell. */
pid_t service_main_process(sd_bus *bus, const char *unit);

/* Returns when the last main process of @unit, a service, was started (clock.h); 0 if unknown. */
uint64_t service_started(sd_bus *bus, const char *unit);

/* Has @handler called for what changes of any service, once systemd tells of it, as while jobs run (jobs.h). */
MUST_CHECK int service_watch(sd_bus *bus, sd_bus_slot **ret_match, sd_bus_message_handler_t handler, void *userdata);

/* Reads from a signal that service_watch() gets which unit it is about, free(3), and its StatusText, which may be "" and is the signal's.
 * Returns whether both are there. */
bool service_read_status(sd_bus_message *signal, char **ret_unit, const char **ret_status);

/* Returns when @unit became active, in µs since 1970; 0 if unknown. */
uint64_t unit_active_since(sd_bus *bus, const char *unit);

/* Returns for how many seconds @unit has been active, regardless of clock changes; 0 if unknown. */
uint64_t unit_uptime(sd_bus *bus, const char *unit);

/* Resets the failed state of @unit; systemd then forgets a unit that no longer exists. Logs a failure. */
MUST_CHECK int unit_reset_failed(sd_bus *bus, const char *unit);

/* Ends the processes that a reload of @unit still has on the host, over a connection of its own: nothing more is then requested from the
 * container. Errors are ignored: the old system is activated in any case. */
void unit_end_reload(const char *unit);

/* Returns the ID of the last invocation of @unit (systemd.exec(5), $INVOCATION_ID), NULL if systemd cannot tell. Owned by @arena. */
const char *unit_invocation(Arena *arena, sd_bus *bus, const char *unit);
