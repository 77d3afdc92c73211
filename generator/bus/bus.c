/* SPDX-License-Identifier: MIT */
#include "bus/bus.h"

#include <stdarg.h>

#include "systemd/log.h"

/* The socket where systemd itself listens, for root only: it is there before D-Bus is, and while that is being restarted. */
#define SYSTEMD_PRIVATE_SOCKET "unix:path=/run/systemd/private"

static int connect_privately(sd_bus **ret_bus) {
        CLEANUP_BUS sd_bus *bus = NULL;
        int r;

        if ((r = sd_bus_new(&bus)) < 0 || (r = sd_bus_set_address(bus, SYSTEMD_PRIVATE_SOCKET)) < 0 ||
                (r = sd_bus_start(bus)) < 0)
                return r;
        *ret_bus = bus;
        bus = NULL;
        return 0;
}

int systemd_connect(sd_bus **ret_bus) {
        int r = geteuid() == 0 ? connect_privately(ret_bus) : -EPERM;

        if (r < 0)
                r = sd_bus_open_system(ret_bus);
        if (r < 0)
                return log_error(r, "Failed to connect to systemd: %m");
        /* While it loads its units anew it answers nobody. */
        (void)sd_bus_set_method_call_timeout(*ret_bus, RELOAD_TIMEOUT);
        return 0;
}

int host_bus_connect(sd_bus **ret_bus) {
        int r = sd_bus_open_system(ret_bus);

        return r < 0 ? log_error(r, "Failed to connect to D-Bus: %m. Is dbus.service running?") : 0;
}

int systemd_match_signal(sd_bus *bus, sd_bus_slot **ret_match, const char *path, const char *interface,
        const char *member, sd_bus_message_handler_t handler, void *userdata) {
        const char *unique = NULL;
        int r;

        /* On its private socket its messages have no sender, and a match of one would keep all of them away. */
        (void)sd_bus_get_unique_name(bus, &unique);
        r = sd_bus_match_signal(
                bus, ret_match, unique ? SYSTEMD_SERVICE : NULL, path, interface, member, handler, userdata);
        /* libsystemd 252 ends the process at the next message if there was no memory for the whole match. */
        if (r < 0)
                sd_bus_close(bus);
        return r;
}

int systemd_call(
        sd_bus *bus, const char *method, sd_bus_error *ret_error, sd_bus_message **ret_reply, const char *types, ...) {
        va_list arguments;
        int r;

        va_start(arguments, types);
        r = sd_bus_call_methodv(
                bus, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER, method, ret_error, ret_reply, types, arguments);
        va_end(arguments);
        return r;
}

const char *bus_error_text(const sd_bus_error *error, int r) {
        return error && error->message ? error->message : strerror(r < 0 ? -r : EIO);
}
