/* SPDX-License-Identifier: MIT */
#include "bus/manager.h"

#include <signal.h>

#include "base/clock.h"
#include "systemd/log.h"

int systemd_reload(sd_bus *bus) {
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = systemd_call(bus, "Reload", &error, NULL, NULL);

        return r < 0 ? log_error(r, "Failed to reload systemd: %s", bus_error_text(&error, r)) : 0;
}

int systemd_connect_and_reload(void) {
        CLEANUP_BUS sd_bus *bus = NULL;
        int r = systemd_connect(&bus);

        return r < 0 ? r : systemd_reload(bus);
}

int systemd_state(sd_bus *bus, char **ret_state) {
        int r = sd_bus_get_property_string(
                bus, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER, "SystemState", NULL, ret_state);

        return r < 0 ? log_error(r, "Failed to get the system state from systemd: %m") : 0;
}

char *unit_property(sd_bus *bus, const char *unit, const char *name) {
        static const char *const interfaces[] = {SYSTEMD_UNIT, SYSTEMD_UNIT_SERVICE};
        CLEANUP_FREE char *path = NULL;
        char *value = NULL;

        if (sd_bus_path_encode(SYSTEMD_PATH "/unit", unit, &path) < 0)
                return NULL;
        for (size_t i = 0; i < sizeof(interfaces) / sizeof(interfaces[0]) && !value; i++)
                if (sd_bus_get_property_string(bus, SYSTEMD_SERVICE, path, interfaces[i], name, NULL, &value) < 0)
                        value = NULL;
        return value;
}

/* Reads a property of @unit that is not a string: @value is left as it is if systemd cannot tell. */
static void read_property(
        sd_bus *bus, const char *unit, const char *interface, const char *name, char type, void *value) {
        CLEANUP_FREE char *path = NULL;

        if (sd_bus_path_encode(SYSTEMD_PATH "/unit", unit, &path) >= 0)
                ignore_failure(
                        sd_bus_get_property_trivial(bus, SYSTEMD_SERVICE, path, interface, name, NULL, type, value));
}

char *unit_failed_condition(sd_bus *bus, const char *unit) {
        CLEANUP_BUS_MESSAGE sd_bus_message *conditions = NULL;
        CLEANUP_FREE char *path = NULL;
        const char *type, *parameter;
        int hold = true, negated, state;
        char *failed = NULL;

        read_property(bus, unit, SYSTEMD_UNIT, "ConditionResult", 'b', &hold);
        if (hold || sd_bus_path_encode(SYSTEMD_PATH "/unit", unit, &path) < 0 ||
                sd_bus_get_property(
                        bus, SYSTEMD_SERVICE, path, SYSTEMD_UNIT, "Conditions", NULL, &conditions, "a(sbbsi)") < 0 ||
                sd_bus_message_enter_container(conditions, 'a', "(sbbsi)") < 0)
                return NULL;
        while (!failed && sd_bus_message_read(conditions, "(sbbsi)", &type, NULL, &negated, &parameter, &state) > 0)
                if (state < 0 && asprintf(&failed, "%s=%s%s", type, negated ? "!" : "", parameter) < 0)
                        failed = NULL;
        return failed;
}

pid_t service_main_process(sd_bus *bus, const char *unit) {
        uint32_t pid = 0;

        read_property(bus, unit, SYSTEMD_UNIT_SERVICE, "ExecMainPID", 'u', &pid);
        return (pid_t)pid;
}

uint64_t service_started(sd_bus *bus, const char *unit) {
        uint64_t started = 0;

        read_property(bus, unit, SYSTEMD_UNIT_SERVICE, "ExecMainStartTimestampMonotonic", 't', &started);
        return started;
}

int service_watch(sd_bus *bus, sd_bus_slot **ret_match, sd_bus_message_handler_t handler, void *userdata) {
        return systemd_match_signal(bus, ret_match, NULL, DBUS_PROPERTIES, "PropertiesChanged", handler, userdata);
}

bool service_read_status(sd_bus_message *signal, char **ret_unit, const char **ret_status) {
        const char *interface, *name;

        if (sd_bus_message_read(signal, "s", &interface) <= 0 || strcmp(interface, SYSTEMD_UNIT_SERVICE) != 0 ||
                sd_bus_message_enter_container(signal, 'a', "{sv}") <= 0)
                return false;
        while (sd_bus_message_enter_container(signal, 'e', "sv") > 0 && sd_bus_message_read(signal, "s", &name) > 0) {
                if (strcmp(name, "StatusText") == 0)
                        return sd_bus_message_read(signal, "v", "s", ret_status) > 0 &&
                               sd_bus_path_decode(sd_bus_message_get_path(signal), SYSTEMD_PATH "/unit", ret_unit) > 0;
                if (sd_bus_message_skip(signal, "v") < 0 || sd_bus_message_exit_container(signal) < 0)
                        return false;
        }
        return false;
}

/* A time in µs that systemd has noted of @unit. */
static uint64_t unit_timestamp(sd_bus *bus, const char *unit, const char *name) {
        uint64_t timestamp = 0;

        read_property(bus, unit, SYSTEMD_UNIT, name, 't', &timestamp);
        return timestamp;
}

uint64_t unit_active_since(sd_bus *bus, const char *unit) {
        return unit_timestamp(bus, unit, "ActiveEnterTimestamp");
}

uint64_t unit_uptime(sd_bus *bus, const char *unit) {
        uint64_t since = unit_timestamp(bus, unit, "ActiveEnterTimestampMonotonic"), now = clock_usec();

        return since == 0 || now < since ? 0 : (now - since) / 1000000;
}

int unit_reset_failed(sd_bus *bus, const char *unit) {
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = systemd_call(bus, "ResetFailedUnit", &error, NULL, "s", unit);

        if (r >= 0 || sd_bus_error_has_name(&error, SYSTEMD_NO_SUCH_UNIT))
                return 0;
        return log_error(r, "Failed to reset the failed state of %s: %s", unit, bus_error_text(&error, r));
}

void unit_end_reload(const char *unit) {
        CLEANUP_BUS sd_bus *bus = NULL;

        if (systemd_connect(&bus) >= 0)
                ignore_failure(systemd_call(bus, "KillUnit", NULL, NULL, "ssi", unit, "control", SIGTERM));
}

const char *unit_invocation(Arena *arena, sd_bus *bus, const char *unit) {
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        CLEANUP_FREE char *path = NULL;
        const void *bytes;
        const char *id = "";
        size_t size;

        if (sd_bus_path_encode(SYSTEMD_PATH "/unit", unit, &path) < 0 ||
                sd_bus_get_property(bus, SYSTEMD_SERVICE, path, SYSTEMD_UNIT, "InvocationID", NULL, &reply, "ay") < 0 ||
                sd_bus_message_read_array(reply, 'y', &bytes, &size) < 0 || size == 0)
                return NULL;
        for (size_t i = 0; i < size; i++)
                id = arena_printf(arena, "%s%02x", id, ((const uint8_t *)bytes)[i]);
        return id;
}
