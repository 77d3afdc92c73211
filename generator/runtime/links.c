/* SPDX-License-Identifier: MIT */
#include "runtime/links.h"

#include <net/if.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <systemd/sd-device.h>
#include <time.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/netlink.h"
#include "base/words.h"
#include "runtime/link-commands.h"
#include "runtime/wait.h"
#include "state/format.h"
#include "systemd/interface-name.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

/* How often it is looked, in steps of a millisecond, before udev is given more time; after how many milliseconds then it is said what is waited
 * for, and the longest that it has: many containers that start at once keep it busy. */
#define UDEV_LOOKS 50
#define UDEV_SLOW 10000
#define UDEV_WAIT_MAX 120000

/* The longest that the kernel has to delete a link along with the other end, in milliseconds. */
#define LINK_END_MAX 500

/* The longest that an interface of the host is waited for, in milliseconds: DefaultDeviceTimeoutSec= in systemd-system.conf(5). */
#define LINK_WAIT_MAX 90000

/* Whether udev is done with a link for now: it may be at it again. */
static bool is_settled(const char *link) {
        CLEANUP(sd_device_unrefp) sd_device *device = NULL;

        return sd_device_new_from_ifname(&device, link) >= 0 && sd_device_get_is_initialized(device) > 0 &&
               sd_device_get_property_value(device, "ID_PROCESSING", NULL) < 0;
}

/* Waits until udev, where it runs, is done with a network link. It mostly is in a few milliseconds. */
static bool settle(const char *container, const char *link) {
        const struct timespec step = {.tv_nsec = 1000L * 1000};

        if (access("/run/udev/control", F_OK) < 0)
                return true;
        for (unsigned looks = 0, waited = 0; waited < UDEV_WAIT_MAX; looks++) {
                if (is_settled(link))
                        return true;
                if (looks < UDEV_LOOKS)
                        (void)nanosleep(&step, NULL);
                else
                        wait_a_moment(&waited);
                if (waited == UDEV_SLOW)
                        log_message(LOG_NOTICE, "Container %s: waiting for udev to process the network interface %s.",
                                container, link);
        }
        return false;
}

/* Waits until the host has the interface @link, which may be an alternative name. */
static int wait_for(const char *container, const char *link) {
        for (unsigned waited = 0; if_nametoindex(link) == 0; wait_a_moment(&waited)) {
                if (waited == 0)
                        log_message(LOG_INFO, "Container %s is waiting for the network interface %s.", container, link);
                if (waited >= LINK_WAIT_MAX)
                        return log_error(ENODEV, "Container %s cannot start: the host has no network interface %s.",
                                container, link);
        }
        return 0;
}

int links_wait_for_bridges(const char *container, const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int r = 0;

        for_each_line(line, end, network) {
                const char *set = line_behind(line, end, LINK_SET);
                const char *bridge = set ? memmem(line, (size_t)(end - line), LINK_MASTER, strlen(LINK_MASTER)) : NULL;

                if (bridge)
                        bridge += strlen(LINK_MASTER);
                if (bridge && (r = wait_for(container, take_word(&arena, &bridge))) < 0)
                        return r;
        }
        return 0;
}

/* The value of an option for the interface that the host calls @own, which @parts refer to by an alternative name: what is in the container
 * keeps its name, but for the interface itself, as the kernel has each name only once in a namespace. */
static const char *own_value(Arena *arena, const char *own, NspawnParts parts, const char *prefix) {
        char inside[IFNAMSIZ];

        if (!parts.part[1] && *prefix)
                interface_name_shorten(prefix, parts.part[0], inside);
        return arena_printf(arena, "%s:%s", own, parts.part[1] ? parts.part[1] : *prefix ? inside : own);
}

int links_settle(Arena *arena, const char *container, char *program[]) {
        /* Options with an interface of the host, and how systemd-nspawn begins the name of what comes of it in the container. */
        static const struct {
                const char *option, *prefix;
        } options[] = {{"--network-interface=", ""}, {"--network-macvlan=", "mv-"}, {"--network-ipvlan=", "iv-"}};

        for (size_t i = 0; program[i]; i++)
                for (size_t j = 0; j < sizeof(options) / sizeof(options[0]); j++) {
                        const char *value = text_behind(program[i], options[j].option);
                        NspawnParts parts = {0};
                        char own[IFNAMSIZ];
                        int r;

                        if (!value)
                                continue;
                        parts = nspawn_parts(arena, value);
                        r = wait_for(container, parts.part[0]);
                        if (r < 0)
                                return r;
                        /* It may be gone again, of which systemd-nspawn tells. */
                        if (!if_indextoname(if_nametoindex(parts.part[0]), own))
                                continue;
                        if (!settle(container, own))
                                return log_error(ETIMEDOUT,
                                        "Container %s cannot start: timed out waiting for udev to process the network "
                                        "interface %s.",
                                        container, own);
                        if (strcmp(own, parts.part[0]) != 0)
                                program[i] = arena_join(
                                        arena, options[j].option, own_value(arena, own, parts, options[j].prefix));
                }
        return 0;
}

/* Whether the host's interface @name has the MAC address that starts at @mac. */
static bool has_mac_address(Arena *arena, const char *name, const char *mac) {
        CLEANUP_BUFFER Buffer address = BUFFER_NULL;

        return read_file(arena_printf(arena, "/sys/class/net/%s/address", name), &address) >= 0 && address.length > 0 &&
               strncasecmp(address.text, mac, address.length - 1) == 0 && mac[address.length - 1] == ' ';
}

/* The link that the line adds, if the host has it, by its MAC address. */
static const char *own_link(Arena *arena, const char *line, const char *end) {
        const char *rest = line_behind(line, end, LINK_ADD);
        const char *name = rest ? take_word(arena, &rest) : NULL;
        const char *mac = name ? line_behind(rest, end, LINK_ADDRESS) : NULL;

        return mac && has_mac_address(arena, name, mac) ? name : NULL;
}

int links_remove(const char *container, const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_CLOSE int fd = -1;
        int result = 0;

        for_each_line(line, end, network) {
                const char *name = own_link(&arena, line, end);
                int r = 0;

                if (name && fd < 0)
                        r = fd = link_commands_open(false);
                if (name && r >= 0)
                        r = link_delete(fd, name);
                if (r < 0)
                        keep_failure(&result,
                                log_error(r, "Container %s: failed to delete its link %s: %m", container, name));
        }
        return result;
}

int links_check(const char *container, const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        /* The links that are there already, as far as they are the container's, are those of a run without a record. */
        int r = links_remove(container, network);

        for_each_line(line, end, network) {
                const char *name = r < 0 ? NULL : link_command_added(&arena, line, end);

                /* One whose other end was in a container that has just been killed is about to go. */
                for (unsigned waited = 0; name && waited < LINK_END_MAX && if_nametoindex(name) != 0;)
                        wait_a_moment(&waited);
                if (name && if_nametoindex(name) != 0)
                        return log_error(EEXIST,
                                "Container %s cannot start: the host already has an interface %s, which does not "
                                "belong to the container. Rename one of them.",
                                container, name);
        }
        return r;
}

/* Whether the host has all of the links. */
static bool are_there(const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        for_each_line(line, end, network) {
                const char *name = link_command_added(&arena, line, end);

                if (name && if_nametoindex(name) == 0)
                        return false;
        }
        return true;
}

int links_wait(int fd, int main, const Buffer *network) {
        struct pollfd events[] = {{.fd = fd, .events = POLLIN}, {.fd = main, .events = POLLIN}};
        char message[8192];

        /* Of a message no more is read than that there is one: some may be lost. */
        while (!are_there(network)) {
                int r = poll(events, 2, -1);

                if (r > 0 && events[1].revents)
                        return -ESRCH;
                if (r > 0)
                        r = (int)recv(fd, message, sizeof(message), 0);
                if (r < 0 && errno != EINTR && errno != ENOBUFS)
                        return negative_errno();
        }
        return 0;
}

static int log_failed(int r, const char *container, const char *line, const char *end) {
        return log_error(r, "Container %s cannot start: failed to set up its network: %.*s: %m", container,
                (int)(end - line), line);
}

int links_set(const char *container, int fd, const Buffer *network) {
        for_each_line(line, end, network) {
                CLEANUP_BUFFER Buffer request = BUFFER_NULL;
                int r = link_command_is_last(line, end) ? 0 : link_command_append(&request, line, end);

                if (r > 0)
                        r = netlink_request(fd, &request, 1);
                if (r < 0)
                        return log_failed(r, container, line, end);
        }
        return 0;
}

int links_bring_up(const char *container, int fd, const Buffer *network) {
        CLEANUP_BUFFER Buffer requests = BUFFER_NULL;
        unsigned length = 0;
        int r;

        for_each_line(line, end, network) {
                r = link_command_is_last(line, end) ? link_command_append(&requests, line, end) : 0;
                if (r < 0)
                        return log_failed(r, container, line, end);
                length += (unsigned)r;
        }
        r = netlink_request(fd, &requests, length);
        return r < 0 ? log_error(r, "Container %s cannot start: failed to bring up its links: %m", container) : 0;
}
