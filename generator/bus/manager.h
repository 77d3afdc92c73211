/* SPDX-License-Identifier: MIT */
/* What systemd's manager knows of units and does with them, besides jobs. org.freedesktop.systemd1(5) */
#pragma once

#include "bus/bus.h"

/* systemctl daemon-reload. */
MUST_CHECK int systemd_reload(sd_bus *bus);

/* Has systemd read the units anew, over a connection that ends with that. */
MUST_CHECK int systemd_connect_and_reload(void);

/* The state of the whole host, "starting", "running", "degraded", …; free(3). */
MUST_CHECK int systemd_state(sd_bus *bus, char **ret_state);

/* The property @name, a string, of @unit ("ActiveState", …), or NULL if systemd cannot tell. free(3) */
char *unit_property(sd_bus *bus, const char *unit, const char *name);

/* A condition of @unit that did not hold when it was to be started last, "ConditionPathExists=/a"; NULL if all did. free(3) */
char *unit_failed_condition(sd_bus *bus, const char *unit);

/* The main process of @unit, a service; 0 if there is none, or systemd cannot tell. */
pid_t service_main_process(sd_bus *bus, const char *unit);

/* The last main process of @unit, which may have ended, and when that was started (clock.h); 0 if there was none, or systemd cannot tell. */
pid_t service_last_main_process(sd_bus *bus, const char *unit, uint64_t *ret_started);

/* When @unit became active, in µs since 1970; 0 if it is not known. */
uint64_t unit_active_since(sd_bus *bus, const char *unit);

/* For how many seconds @unit has been active, whatever the clock was set to meanwhile; 0 if it is not known. */
uint64_t unit_uptime(sd_bus *bus, const char *unit);

/* Has systemd forget the last failure of @unit, and with that a unit that is gone. Says so if it cannot. */
MUST_CHECK int unit_reset_failed(sd_bus *bus, const char *unit);

/* Ends what a reload of @unit still does on the host, over a connection of its own: with that nothing more is asked of the container. An error
 * has no consequence: the old system is activated all the same. */
void unit_end_reload(const char *unit);
