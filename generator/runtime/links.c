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
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

/* How often it is looked, in steps of a millisecond, before udev is given more time; after how many milliseconds then it is said what is waited
 * for, and the longest that it has: many containers that start at once keep it busy. */
#define UDEV_LOOKS 50
#define UDEV_SLOW 10000
#define UDEV_WAIT_MAX 120000

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

int links_settle(const char *container, char *const program[]) {
        static const char *const options[] = {"--network-interface=", "--network-macvlan=", "--network-ipvlan="};
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        for (size_t i = 0; program[i]; i++)
                for (size_t j = 0; j < sizeof(options) / sizeof(options[0]); j++) {
                        const char *value = text_behind(program[i], options[j]);
                        const char *link = value ? nspawn_parts(&arena, value).part[0] : NULL;

                        if (!link || if_nametoindex(link) == 0 || settle(container, link))
                                continue;
                        return log_error(ETIMEDOUT,
                                "Container %s cannot start: timed out waiting for udev to process the network "
                                "interface %s.",
                                container, link);
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
