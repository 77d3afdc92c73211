/* SPDX-License-Identifier: MIT */
#include "bus/machined.h"

#include "base/memory.h"
#include "base/words.h"

const char *machine_error_text(const sd_bus_error *error, int r) {
        const char *name = error ? error->name : NULL;

        /* The last is what systemd 262 says of the alias of a masked unit. */
        if (is_one_of(name, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER, SYSTEMD_UNIT_MASKED,
                    SYSTEMD_NO_SUCH_UNIT, SD_BUS_ERROR_FILE_EXISTS))
                return "systemd-machined is not running and cannot be started";
        if (is_one_of(name, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT))
                return "systemd-machined does not respond";
        return bus_error_text(error, r);
}

static int call(
        sd_bus *bus, const char *method, const char *name, sd_bus_error *ret_error, sd_bus_message **ret_reply) {
        return sd_bus_call_method(
                bus, MACHINED_SERVICE, MACHINED_PATH, MACHINED_MANAGER, method, ret_error, ret_reply, "s", name);
}

int machine_leader(sd_bus *bus, const char *name, pid_t *ret_leader, sd_bus_error *ret_error) {
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        const char *path = NULL;
        uint32_t leader = 0;
        int r;

        if ((r = call(bus, "GetMachine", name, ret_error, &reply)) < 0 ||
                (r = sd_bus_message_read(reply, "o", &path) < 0 ? -EIO : 0) < 0 ||
                (r = sd_bus_get_property_trivial(
                         bus, MACHINED_SERVICE, path, MACHINED_MACHINE, "Leader", ret_error, 'u', &leader)) < 0)
                return r;
        if (leader == 0 || leader > INT32_MAX)
                return -ESRCH;
        *ret_leader = (pid_t)leader;
        return 0;
}

/* Whether others can use the address: one of a link alone, or of the container itself, they cannot. */
static bool is_reachable(const Address *address) {
        bool is_of_link = address->family == AF_INET ? ntohl(address->in.s_addr) >> 16 == 0xa9fe
                                                     : IN6_IS_ADDR_LINKLOCAL(&address->in6);

        return !is_of_link && !address_is_loopback(address);
}

/* Reads the next address. 0 if there is none any more; one of a family that is not known has none. */
static int read_address(sd_bus_message *reply, Address *ret_address) {
        const void *bytes;
        size_t size;
        int family, r;

        *ret_address = (Address){0};
        r = sd_bus_message_enter_container(reply, 'r', "iay");
        if (r <= 0)
                return r;
        if ((r = sd_bus_message_read(reply, "i", &family)) < 0 ||
                (r = sd_bus_message_read_array(reply, 'y', &bytes, &size)) < 0 ||
                (r = sd_bus_message_exit_container(reply)) < 0)
                return r;
        if ((family == AF_INET || family == AF_INET6) && size == address_size(family)) {
                ret_address->family = (uint8_t)family;
                memcpy(&ret_address->in6, bytes, size);
        }
        return 1;
}

int machine_address(sd_bus *bus, const char *name, char ret_text[static ADDRESS_SIZE], sd_bus_error *ret_error) {
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        Address found = {0}, address;
        int r;

        if ((r = call(bus, "GetMachineAddresses", name, ret_error, &reply)) < 0 ||
                (r = sd_bus_message_enter_container(reply, 'a', "(iay)")) < 0)
                return r;
        /* The first of IPv4, or else of IPv6. */
        while (read_address(reply, &address) > 0)
                if (address.family && found.family != AF_INET && found.family != address.family &&
                        is_reachable(&address))
                        found = address;
        if (!found.family)
                return -EADDRNOTAVAIL;
        (void)address_format(&found, ret_text);
        return 0;
}

int machine_terminate(sd_bus *bus, const char *name, sd_bus_error *ret_error) {
        return call(bus, "TerminateMachine", name, ret_error, NULL);
}

int machine_unregister(sd_bus *bus, const char *name, sd_bus_error *ret_error) {
        return call(bus, "UnregisterMachine", name, ret_error, NULL);
}

int machine_bind_mount(
        sd_bus *bus, const char *name, const char *from, const char *to, bool read_only, sd_bus_error *ret_error) {
        return sd_bus_call_method(bus, MACHINED_SERVICE, MACHINED_PATH, MACHINED_MANAGER, "BindMountMachine", ret_error,
                NULL, "sssbb", name, from, to, read_only, true);
}

int machine_open_terminal(sd_bus *bus, const char *name, int *ret_fd, char **ret_path, sd_bus_error *ret_error) {
        CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
        const char *path = NULL;
        int fd = -1, r;

        r = call(bus, "OpenMachinePTY", name, ret_error, &reply);
        if (r < 0 || sd_bus_message_read(reply, "hs", &fd, &path) < 0)
                return r < 0 ? r : -EIO;
        fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
                return negative_errno();
        *ret_fd = fd;
        *ret_path = duplicate(path);
        return 0;
}
