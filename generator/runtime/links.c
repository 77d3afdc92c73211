/* SPDX-License-Identifier: MIT */
#include "runtime/links.h"

#include <net/if.h>
#include <strings.h>
#include <systemd/sd-device.h>
#include <time.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/words.h"
#include "config.h"
#include "runtime/run-tool.h"
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

/* Whether the batch adds @link as the container's end of one: then it is there. */
static bool is_added(Arena *arena, const Buffer *network, const char *link) {
        const char *peer = arena_printf(arena, LINK_PEER "%s ", link);

        return network->length > 0 && memmem(network->text, network->length, peer, strlen(peer));
}

int links_settle(Arena *arena, const char *container, const Buffer *network, char *program[]) {
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
                        r = is_added(arena, network, parts.part[0]) ? 0 : wait_for(container, parts.part[0]);
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

/* The link that the line adds, if the host has it. */
static const char *added_link(Arena *arena, const char *line, const char *end) {
        const char *rest = line_behind(line, end, LINK_ADD);
        const char *name = rest ? take_word(arena, &rest) : NULL;
        const char *mac = name ? line_behind(rest, end, LINK_ADDRESS) : NULL;

        return mac && has_mac_address(arena, name, mac) ? name : NULL;
}

int links_check_removed(const char *container, const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int result = 0;

        for_each_line(line, end, network) {
                const char *name = added_link(&arena, line, end);

                if (name)
                        keep_failure(&result,
                                log_error(EBUSY, "Container %s: failed to delete its link %s.", container, name));
        }
        return result;
}

pid_t links_start_removing(const Buffer *network) {
        char *const ip[] = {(char *)TOOL_IP, (char *)"-force", (char *)"-batch", (char *)"-", NULL};
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer batch = BUFFER_NULL;

        for_each_line(line, end, network) {
                const char *name = added_link(&arena, line, end);

                if (name)
                        buffer_append_text(&batch, arena_printf(&arena, "link delete dev %s\n", name));
        }
        return batch.length > 0 ? start_tool(ip, &batch) : 0;
}

/* The links that the batch adds, as far as they are there already, are those of a run without a record: then they are deleted. */
static void take_over(const Buffer *network) {
        pid_t pid = links_start_removing(network);

        if (pid != 0)
                ignore_failure(end_program(pid));
}

int links_check(const char *container, const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        bool taken_over = false;

        for_each_line(line, end, network) {
                const char *own = line_behind(line, end, LINK_ADD);
                const char *peer = own ? memmem(line, (size_t)(end - line), LINK_PEER, strlen(LINK_PEER)) : NULL;
                const char *names[] = {own, peer ? peer + strlen(LINK_PEER) : NULL};

                for (size_t i = 0; i < 2 && names[i]; i++) {
                        const char *name = take_word(&arena, &names[i]);

                        if (!name || if_nametoindex(name) == 0)
                                continue;
                        if (!taken_over)
                                take_over(network);
                        taken_over = true;
                        if (if_nametoindex(name) != 0)
                                return log_error(EEXIST,
                                        "Container %s cannot start: the host already has an interface %s, which does "
                                        "not belong to the container. Rename one of them.",
                                        container, name);
                }
        }
        return 0;
}
