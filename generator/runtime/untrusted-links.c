/* SPDX-License-Identifier: MIT */
#include "runtime/untrusted-links.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/lines.h"
#include "runtime/link-commands.h"
#include "state/format.h"
#include "systemd/log.h"

#define SETTINGS_DIRECTORY "/run/sysctl.d"

/* Below /proc/sys/net/PROTOCOL/conf/LINK. Documentation/networking/ip-sysctl.rst of the kernel */
static const struct {
        const char *protocol, *key, *value;
} settings[] = {
        /* Of ports of bridges alone. A frame that no bridge passes on (to 01:80:c2:00:00:0e) is the port's own: what has the host's addresses in it
         * would go round all that is set and filtered for the bridge. */
        {"ipv4", "drop_unicast_in_l2_multicast", "1"},
        {"ipv6", "disable_ipv6", "1"},
        /* Of all links. */
        {"ipv4", "accept_local", "0"},
        {"ipv4", "accept_redirects", "0"},
        {"ipv4", "accept_source_route", "0"},
        {"ipv4", "arp_accept", "0"},
        {"ipv4", "arp_announce", "2"}, /* the address of that link is the one that is told there */
        {"ipv4", "arp_ignore", "1"},   /* and the one that is asked for */
        {"ipv4", "bc_forwarding", "0"},
        {"ipv4", "proxy_arp", "0"},
        {"ipv4", "proxy_arp_pvlan", "0"},
        {"ipv4", "route_localnet", "0"},
        {"ipv4", "rp_filter", "1"}, /* the way back leads there */
        {"ipv6", "accept_ra", "0"},
        {"ipv6", "accept_redirects", "0"},
        {"ipv6", "accept_source_route", "-1"},
        {"ipv6", "accept_untracked_na", "0"},
        {"ipv6", "autoconf", "0"},
        {"ipv6", "drop_unicast_in_l2_multicast", "0"}, /* restricted-links.h */
        {"ipv6", "ioam6_enabled", "0"},
        {"ipv6", "proxy_ndp", "0"},
        {"ipv6", "rpl_seg_enabled", "0"},
        {"ipv6", "seg6_enabled", "0"},
};

#define PORT_SETTINGS 2
#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

/* That of a link. Versions before 0.3 have one of all links of a container, by its name. */
static const char *settings_path(Arena *arena, const char *link) {
        return arena_printf(arena, SETTINGS_DIRECTORY "/50-container-%s.conf", link);
}

/* Whether a line makes the link a port of a bridge. */
static bool is_port(Arena *arena, const Buffer *network, const char *link) {
        const char *start = arena_printf(arena, LINK_SET "%s" LINK_MASTER, link);

        for_each_line(line, end, network)
                if (line_behind(line, end, start))
                        return true;
        return false;
}

Buffer untrusted_links_settings(const Buffer *network, const char *link) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        Buffer text = BUFFER_NULL;

        buffer_append_text(&text, "# The link of a container.\n");
        /* With slashes, as links may have dots in their names. What there would be the end of the name is left out. Links that are not there
         * any more are nobody's mistake. */
        for (size_t i = is_port(&arena, network, link) ? 0 : PORT_SETTINGS; i < SETTINGS && !strchr(link, '='); i++)
                buffer_append_text(&text, arena_printf(&arena, "-net/%s/conf/%s/%s = %s\n", settings[i].protocol, link,
                                                  settings[i].key, settings[i].value));
        return text;
}

static int write_settings(const char *container, const char *path, const Buffer *text) {
        CLEANUP_CLOSE int fd = -1;
        int r;

        if (make_directory(AT_FDCWD, SETTINGS_DIRECTORY, 0755) >= 0)
                fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        r = fd < 0 ? negative_errno() : write_all(fd, text->text, text->length);
        if (r >= 0)
                r = close_written(take_fd(&fd));
        return r < 0 ? log_error(r, "Container %s cannot start: %s: %m", container, path) : 0;
}

int untrusted_links_write(const char *container, const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int r = 0;

        for_each_line(line, end, network) {
                const char *link = r < 0 ? NULL : link_command_added(&arena, line, end);
                CLEANUP_BUFFER Buffer text = link ? untrusted_links_settings(network, link) : BUFFER_NULL;

                if (link)
                        r = write_settings(container, settings_path(&arena, link), &text);
        }
        return r;
}

/* Whether @value is what the kernel has now at @path, if it has that. */
static bool set(const char *path, const char *value) {
        CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC);
        size_t length = strlen(value);
        char now[16];

        if (fd < 0)
                return errno == ENOENT;
        return write(fd, value, length) == (ssize_t)length ||
               (pread(fd, now, sizeof(now), 0) == (ssize_t)length + 1 && memcmp(now, value, length) == 0);
}

static void set_or_warn(const char *container, const char *path, const char *value) {
        if (!set(path, value))
                log_message(LOG_WARNING, "Container %s: failed to set %s to %s: %s", container, path, value,
                        strerror(errno));
}

void untrusted_links_set(const char *container, const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        for_each_line(line, end, network) {
                const char *link = link_command_added(&arena, line, end);
                bool port = link && is_port(&arena, network, link);

                for (size_t i = port ? 0 : PORT_SETTINGS; link && i < SETTINGS; i++)
                        set_or_warn(container,
                                arena_printf(&arena, "/proc/sys/net/%s/conf/%s/%s", settings[i].protocol, link,
                                        settings[i].key),
                                settings[i].value);
                /* Spanning tree: what is said there makes it no way to the root of the tree. */
                if (port)
                        set_or_warn(container, arena_printf(&arena, "/sys/class/net/%s/brport/root_block", link), "1");
        }
}

static int remove_settings(const char *path) {
        return unlink(path) >= 0 || errno == ENOENT ? 0 : log_error(negative_errno(), "Failed to remove %s: %m", path);
}

int untrusted_links_remove(const char *container, const Buffer *network) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int r = remove_settings(settings_path(&arena, container));

        for_each_line(line, end, network) {
                const char *link = link_command_added(&arena, line, end);

                if (link)
                        keep_failure(&r, remove_settings(settings_path(&arena, link)));
        }
        /* Another's files keep it. */
        (void)rmdir(SETTINGS_DIRECTORY);
        return r;
}
