/* SPDX-License-Identifier: MIT */
#include "switch/unsettled.h"

#include "base/path.h"
#include "bus/manager.h"
#include "manifest/order.h"
#include "state/paths.h"
#include "systemd/log.h"

/* A unit called container@NAME.service. */
typedef struct Unit {
        const char *id, *load_state, *active_state;
} Unit;

/* The state of the unit of a container that is declared changes the plan. Returns whether it is to be waited for. */
static bool note_declared(PlannedContainer *item, const char *active_state) {
        if (item->action == ACTION_NONE &&
                (strcmp(active_state, "activating") == 0 || item->declared->auto_start.value))
                item->action = ACTION_START;
        else if (item->action == ACTION_UPDATE || item->action == ACTION_RELOAD)
                /* systemd would take a reload for done with the start that is under way. */
                item->action = ACTION_RESTART;
        return item->action == ACTION_START;
}

/* Whether the unit was generated: its file is, or was and is gone. Others can have units of such a name too. */
static bool is_generated(sd_bus *bus, const Unit *unit) {
        CLEANUP_FREE char *file = NULL;

        if (strcmp(unit->load_state, "not-found") == 0)
                return true;
        file = unit_property(bus, unit->id, "FragmentPath");
        return file && path_is_below(file, UNITS_DIRECTORY);
}

static int find(Plan *plan, sd_bus *bus, bool only_removed) {
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        bool found = false;
        Unit unit;
        int r = systemd_call(bus, "ListUnitsByPatterns", &error, &reply, "asas", 3, "activating", "deactivating",
                "failed", 1, "container@*.service");

        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        while (r >= 0 && (r = sd_bus_message_read(reply, "(ssssssouso)", &unit.id, NULL, &unit.load_state,
                                  &unit.active_state, NULL, NULL, NULL, NULL, NULL, NULL)) > 0) {
                const char *name = order_container(plan->arena, unit.id);
                PlannedContainer *item = name ? plan_find(plan, name) : NULL;
                bool failed = strcmp(unit.active_state, "failed") == 0;

                if (item && !failed && !only_removed)
                        found = note_declared(item, unit.active_state) || found;
                if (!name || item || plan->is_incomplete || !is_generated(bus, &unit))
                        continue;
                if (!failed)
                        plan_add_removed(plan, name);
                else if (!only_removed)
                        ignore_failure(unit_reset_failed(bus, unit.id));
        }
        if (r < 0)
                r = log_error(r, "Cannot ask systemd what is being started: %s", bus_error_text(&error, r));
        return r < 0 ? r : found;
}

int unsettled_find_removed(Plan *plan, sd_bus *bus) {
        return find(plan, bus, true);
}

int unsettled_find(Plan *plan, sd_bus *bus) {
        return find(plan, bus, false);
}
