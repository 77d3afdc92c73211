#include "bus/machined.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "systemd/log.h"

#define MACHINED_SERVICE "org.freedesktop.machine1"
#define MACHINED_PATH "/org/freedesktop/machine1"
#define MACHINED_MANAGER "org.freedesktop.machine1.Manager"

sd_bus *host_bus_connect(void) {
        sd_bus *bus = NULL;
        int r = sd_bus_open_system(&bus);

        if (r >= 0)
                return bus;
        log_message(LOG_ERR, "Cannot connect to D-Bus: %s. Does dbus.service run?", strerror(-r));
        return NULL;
}

const char *bus_error_text(const sd_bus_error *error) {
        static const char *const absent[] = {
                SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER, "org.freedesktop.systemd1.UnitMasked",
                "org.freedesktop.systemd1.NoSuchUnit",
                SD_BUS_ERROR_FILE_EXISTS, /* what systemd 262 says of the alias of a masked unit */
        };

        for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
                if (sd_bus_error_has_name(error, absent[i]))
                        return "systemd-machined does not run, and cannot be started";
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) || sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT))
                return "systemd-machined does not answer";
        return error->message ? error->message : strerror(EIO);
}

static int call(sd_bus *bus, const char *method, const char *name, sd_bus_error *error, sd_bus_message **ret_reply) {
        return sd_bus_call_method(
                bus, MACHINED_SERVICE, MACHINED_PATH, MACHINED_MANAGER, method, error, ret_reply, "s", name);
}

bool machine_leader(sd_bus *bus, const char *name, pid_t *ret_leader, sd_bus_error *error) {
        sd_bus_message *reply = NULL;
        const char *path = NULL;
        uint32_t leader = 0;
        bool good;

        good = call(bus, "GetMachine", name, error, &reply) >= 0 && sd_bus_message_read(reply, "o", &path) >= 0 &&
               sd_bus_get_property_trivial(bus, MACHINED_SERVICE, path, "org.freedesktop.machine1.Machine", "Leader",
                       error, 'u', &leader) >= 0 &&
               leader > 0;
        if (good)
                *ret_leader = (pid_t)leader;
        sd_bus_message_unref(reply);
        return good;
}

/* Whether others can use the address: one of a link alone, or of the container itself, they cannot. */
static bool is_reachable(const Address *address) {
        bool is_of_link = address->family == AF_INET ? ntohl(address->in.s_addr) >> 16 == 0xa9fe
                                                     : IN6_IS_ADDR_LINKLOCAL(&address->in6);

        return !is_of_link && !address_is_loopback(address);
}

bool machine_address(sd_bus *bus, const char *name, char ret_text[static ADDRESS_SIZE], sd_bus_error *error) {
        sd_bus_message *reply = NULL;
        Address found = {0};

        if (call(bus, "GetMachineAddresses", name, error, &reply) < 0 ||
                sd_bus_message_enter_container(reply, 'a', "(iay)") < 0) {
                sd_bus_message_unref(reply);
                return false;
        }
        while (sd_bus_message_enter_container(reply, 'r', "iay") > 0) {
                Address address = {0};
                const void *bytes;
                size_t size;
                int family;

                if (sd_bus_message_read(reply, "i", &family) < 0 ||
                        sd_bus_message_read_array(reply, 'y', &bytes, &size) < 0 ||
                        sd_bus_message_exit_container(reply) < 0)
                        break;
                if ((family != AF_INET && family != AF_INET6) || size != address_size(family))
                        continue;
                address.family = (uint8_t)family;
                memcpy(&address.in6, bytes, size);
                /* The first of IPv4, or else of IPv6. */
                if (found.family != AF_INET && found.family != family && is_reachable(&address))
                        found = address;
        }
        sd_bus_message_unref(reply);
        if (!found.family)
                return false;
        address_format(&found, ret_text);
        return true;
}

bool machine_terminate(sd_bus *bus, const char *name, sd_bus_error *error) {
        return call(bus, "TerminateMachine", name, error, NULL) >= 0;
}

bool machine_open_terminal(sd_bus *bus, const char *name, int *ret_fd, char **ret_path, sd_bus_error *error) {
        sd_bus_message *reply = NULL;
        const char *path = NULL;
        int fd = -1;

        if (call(bus, "OpenMachinePTY", name, error, &reply) < 0 || sd_bus_message_read(reply, "hs", &fd, &path) < 0 ||
                (fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0) {
                sd_bus_message_unref(reply);
                return false;
        }
        *ret_fd = fd;
        *ret_path = duplicate(path);
        sd_bus_message_unref(reply);
        return true;
}
