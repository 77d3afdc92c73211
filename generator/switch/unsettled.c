/* SPDX-License-Identifier: MIT */
#include "switch/unsettled.h"

#include "base/path.h"
#include "bus/manager.h"
#include "manifest/order.h"
#include "state/paths.h"
#include "state/record.h"
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

/* Asks for the units of containers that are in one of three states; next_unit() takes them out of @ret_reply. */
static int list_units(
        sd_bus *bus, const char *const states[static 3], sd_bus_error *ret_error, sd_bus_message **ret_reply) {
        int r = systemd_call(bus, "ListUnitsByPatterns", ret_error, ret_reply, "asas", 3, states[0], states[1],
                states[2], 1, "container@*.service");

        return r < 0 ? r : sd_bus_message_enter_container(*ret_reply, 'a', "(ssssssouso)");
}

static int next_unit(sd_bus_message *reply, Unit *ret_unit) {
        return sd_bus_message_read(reply, "(ssssssouso)", &ret_unit->id, NULL, &ret_unit->load_state,
                &ret_unit->active_state, NULL, NULL, NULL, NULL, NULL, NULL);
}

static int find(Plan *plan, sd_bus *bus, bool only_removed) {
        static const char *const states[] = {"activating", "deactivating", "failed"};
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        bool found = false;
        Unit unit;
        int r = list_units(bus, states, &error, &reply);

        while (r >= 0 && (r = next_unit(reply, &unit)) > 0) {
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
                r = log_error(r, "Failed to list starting units: %s", bus_error_text(&error, r));
        return r < 0 ? r : found;
}

int unsettled_mark_others(sd_bus *bus) {
        static const char *const states[] = {"active", "activating", "reloading"};
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        int r = list_units(bus, states, &error, &reply), marked = 0;
        Unit unit;

        record_clear_others();
        while (r >= 0 && (r = next_unit(reply, &unit)) > 0) {
                const char *name = order_container(&arena, unit.id);
                CLEANUP_FREE char *file = name ? unit_property(bus, unit.id, "FragmentPath") : NULL;

                if (name && !file)
                        keep_failure(
                                &marked, log_error(EIO, "Failed to get the unit file of %s from systemd.", unit.id));
                else if (file && !path_is_below(file, UNITS_DIRECTORY))
                        keep_failure(&marked, record_mark_other(name));
        }
        if (r < 0)
                r = log_error(r, "Failed to list running containers: %s", bus_error_text(&error, r));
        keep_failure(&r, marked);
        return r;
}

int unsettled_find_removed(Plan *plan, sd_bus *bus) {
        return find(plan, bus, true);
}

int unsettled_find(Plan *plan, sd_bus *bus) {
        return find(plan, bus, false);
}
