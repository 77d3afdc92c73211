/* SPDX-License-Identifier: MIT */
/* container-init: the first process of a container. It sets the container's side of the network and then becomes the
 * system's own init. It is static, as nothing but the store is there yet, and speaks rtnetlink(7) itself, as nothing
 * that speaks it for others is there in static form.
 *
 *   container-init [OPTION…] -- INIT [ARGUMENT…]
 *
 *   --mac-address=LINK=ADDRESS      give the link that address
 *   --up=LINK                       bring the link up, and wait until its other end is up: then the host's side is complete
 *   --address=LINK=ADDRESS/PREFIX   give it an address
 *   --route=LINK=ADDRESS            route an address to it
 *   --gateway=LINK=ADDRESS          the same, and a default route by way of that address
 *   --resolv-conf=PATH              give the system the name servers that are at PATH, from where they change with the host's
 *
 * The signal by which systemd-nspawn ends the container is blocked from the start, so that it waits until init asks for
 * it: a signal that init has no handler for yet would be lost, as the kernel keeps those from PID 1, see
 * pid_namespaces(7). */
#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/words.h"

/* The longest that the other end of a link is waited for, in µs: as long as a start of a unit may take by default. */
#define CARRIER_WAIT_MAX UINT64_C(90000000)

typedef struct Request {
        struct nlmsghdr header;
        union {
                struct ifinfomsg link;
                struct ifaddrmsg address;
                struct rtmsg route;
        };
        char attributes[128];
} Request;

static __attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...) {
        va_list arguments;

        fputs("container-init: ", stderr);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputs("\n", stderr);
        exit(EXIT_FAILURE);
}

static void start_request(Request *request, uint16_t type, uint16_t flags, size_t size) {
        *request = (Request){0};
        request->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
        request->header.nlmsg_type = type;
        request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
}

static void add_attribute(Request *request, uint16_t type, const void *data, size_t size) {
        struct rtattr *attribute = (struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

        attribute->rta_type = type;
        attribute->rta_len = (uint16_t)RTA_LENGTH(size);
        memcpy(RTA_DATA(attribute), data, size);
        request->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len));
}

/* Sends the request and waits for its answer. Returns 0 or a negative errno. */
static int call(int fd, Request *request) {
        static uint32_t sequence;
        struct {
                struct nlmsghdr header; /* its type is NLMSG_ERROR, see NLM_F_ACK in netlink(7) */
                struct nlmsgerr error;
                /* cppcheck-suppress unusedStructMember ; it is room for the answer */
                char request[sizeof(Request)]; /* what has failed stands behind the error */
        } answer = {0};
        ssize_t n;

        request->header.nlmsg_seq = ++sequence;
        if (send(fd, request, request->header.nlmsg_len, 0) < 0)
                return negative_errno();
        do
                n = recv(fd, &answer, sizeof(answer), 0);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return negative_errno();
        if (answer.header.nlmsg_len < NLMSG_LENGTH(sizeof(answer.error)) || answer.header.nlmsg_len > (size_t)n ||
                answer.header.nlmsg_type != NLMSG_ERROR || answer.header.nlmsg_seq != sequence)
                return -EBADMSG;
        return answer.error.error;
}

static int link_index(const char *name) {
        int index = (int)if_nametoindex(name);

        if (index == 0)
                fail("unknown interface %s: %s", name, strerror(errno));
        return index;
}

static void set_mac_address(int fd, const char *name, const char *text) {
        struct ether_addr address;
        Request request;
        int r;

        if (!ether_aton_r(text, &address))
                fail("invalid MAC address \"%s\"", text);
        start_request(&request, RTM_NEWLINK, 0, sizeof(request.link));
        request.link.ifi_index = link_index(name);
        add_attribute(&request, IFLA_ADDRESS, &address, sizeof(address));
        if ((r = call(fd, &request)) < 0)
                fail("failed to set the MAC address of %s: %s", name, strerror(-r));
}

/* Whether the other end of the link is up, as the kernel knows at once: IFF_RUNNING comes later. */
static bool has_carrier(int fd, const char *name) {
        struct ethtool_value state = {.cmd = ETHTOOL_GLINK};
        struct ifreq request = {.ifr_data = (char *)&state};

        snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
        if (ioctl(fd, SIOCETHTOOL, &request) < 0)
                fail("failed to get the state of %s: %s", name, strerror(errno));
        return state.data != 0;
}

/* The signal by which systemd-nspawn ends the container: halt, see systemd(1), "Signals". */
static sigset_t halt_signal(void) {
        sigset_t halt;

        sigemptyset(&halt);
        sigaddset(&halt, SIGRTMIN + 3);
        return halt;
}

/* Waits until the other end of the link is up, or it is to be stopped: then there is nothing to stop yet. The kernel tells of such changes up to
 * a second later, so it is asked. */
static void wait_for_carrier(int fd, const char *name) {
        const struct timespec moment = {.tv_nsec = 2L * 1000 * 1000};
        const sigset_t halt = halt_signal();
        uint64_t since = clock_usec();

        while (!has_carrier(fd, name)) {
                if (clock_usec() - since >= CARRIER_WAIT_MAX)
                        fail("timed out waiting for the host to bring up the other end of %s", name);
                if (sigtimedwait(&halt, NULL, &moment) > 0)
                        exit(EXIT_SUCCESS);
        }
}

static void set_up(int fd, const char *name) {
        Request request;
        int r;

        start_request(&request, RTM_NEWLINK, 0, sizeof(request.link));
        request.link.ifi_index = link_index(name);
        request.link.ifi_flags = request.link.ifi_change = IFF_UP;
        if ((r = call(fd, &request)) < 0)
                fail("failed to bring up %s: %s", name, strerror(-r));
        wait_for_carrier(fd, name);
}

static void add_address(int fd, const char *name, const Address *address, const char *shown) {
        uint8_t size = address_size(address->family);
        Request request;
        int r;

        start_request(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, sizeof(request.address));
        request.address.ifa_family = address->family;
        request.address.ifa_prefixlen = address->prefix;
        request.address.ifa_index = (uint32_t)link_index(name);
        /* The other end has just been made for this one: there is no other machine yet to ask for duplicates. */
        request.address.ifa_flags = IFA_F_PERMANENT | IFA_F_NODAD;
        add_attribute(&request, IFA_LOCAL, &address->in6, size);
        add_attribute(&request, IFA_ADDRESS, &address->in6, size);
        if ((r = call(fd, &request)) < 0)
                fail("failed to add address %s to %s: %s", shown, name, strerror(-r));
}

/* A route to @address on the link @name; with @is_default a default route by way of it. */
static void add_route(int fd, const char *name, const Address *address, bool is_default, const char *shown) {
        int index = link_index(name);
        Request request;
        int r;

        start_request(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, sizeof(request.route));
        request.route = (struct rtmsg){
                .rtm_family = address->family,
                .rtm_dst_len = is_default ? 0 : address->prefix,
                .rtm_table = RT_TABLE_MAIN,
                .rtm_protocol = RTPROT_STATIC,
                .rtm_scope = is_default ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
                .rtm_type = RTN_UNICAST,
        };
        add_attribute(&request, is_default ? RTA_GATEWAY : RTA_DST, &address->in6, address_size(address->family));
        add_attribute(&request, RTA_OIF, &index, sizeof(index));
        if ((r = call(fd, &request)) < 0)
                fail("failed to add a route %s %s on %s: %s", is_default ? "via" : "to", shown, name, strerror(-r));
}

/* Whether the system that @init is in has a resolvconf(8) that writes /etc/resolv.conf, from what it finds there and from
 * what else it is told: NixOS's option networking.resolvconf.enable. */
static bool has_resolvconf(const char *init) {
        const char *slash = strrchr(init, '/');
        char path[PATH_MAX];

        return slash &&
               snprintf(path, sizeof(path), "%.*s/etc/systemd/system/resolvconf.service", (int)(slash - init), init) <
                       (int)sizeof(path) &&
               access(path, F_OK) == 0;
}

static int copy_file(const char *from, const char *to) {
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        CLEANUP_CLOSE int fd = -1;
        int r;

        if ((r = read_file(from, &text)) < 0)
                return r;
        fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        return fd < 0 ? negative_errno() : write_all(fd, text.text, text.length);
}

/* Makes /etc/resolv.conf a link to the file at @path, through which it cannot be written: whoever has other name servers puts a file
 * of its own in the place of the link. As resolvconf does not, it gets a copy. A system without name servers starts all the same. */
static void give_resolv_conf(const char *path, const char *init) {
        static const char file[] = "/etc/resolv.conf", temporary[] = "/etc/.resolv.conf.new";
        int r = make_directory(AT_FDCWD, "/etc", 0755) < 0 ? negative_errno() : 0;

        (void)unlink(temporary);
        if (r >= 0)
                r = has_resolvconf(init)           ? copy_file(path, temporary)
                    : symlink(path, temporary) < 0 ? negative_errno()
                                                   : 0;
        if (r >= 0 && rename(temporary, file) < 0)
                r = negative_errno();
        if (r < 0) {
                fprintf(stderr, "container-init: failed to create %s: %s\n", file, strerror(-r));
                (void)unlink(temporary);
        }
}

/* Splits LINK=ADDRESS at the sign. Returns what is behind it. */
static const char *split(char *value) {
        char *address = strchr(value, '=');

        if (!address)
                fail("invalid value \"%s\" (expected INTERFACE=ADDRESS)", value);
        *address = '\0';
        return address + 1;
}

/* The same for an IP address, with a prefix or without. */
static const char *split_address(char *value, Address *ret_address) {
        const char *address = strchr(value, '=');

        if (!address || !address_parse(address + 1, AF_UNSPEC, ret_address))
                fail("invalid value \"%s\" (expected INTERFACE=ADDRESS)", value);
        return split(value);
}

static void apply(int fd, char *argument) {
        const char *shown;
        Address address;
        char *value;

        if ((value = (char *)text_behind(argument, "--mac-address="))) {
                shown = split(value);
                set_mac_address(fd, value, shown);
        } else if ((value = (char *)text_behind(argument, "--up="))) {
                set_up(fd, value);
        } else if ((value = (char *)text_behind(argument, "--address="))) {
                shown = split_address(value, &address);
                add_address(fd, value, &address, shown);
        } else if ((value = (char *)text_behind(argument, "--route="))) {
                shown = split_address(value, &address);
                add_route(fd, value, &address, false, shown);
        } else if ((value = (char *)text_behind(argument, "--gateway="))) {
                shown = split_address(value, &address);
                add_route(fd, value, &address, false, shown);
                add_route(fd, value, &address, true, shown);
        } else {
                fail("unknown option %s", argument);
        }
}

int main(int argc, char *argv[]) {
        const char *resolv_conf = NULL;
        const sigset_t halt = halt_signal();
        sigset_t pending;
        int fd = -1, i = 1;

        sigprocmask(SIG_BLOCK, &halt, NULL);

        for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
                const char *value = text_behind(argv[i], "--resolv-conf=");

                if (value) {
                        resolv_conf = value;
                        continue;
                }
                if (fd < 0 && (fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) < 0)
                        fail("failed to open a netlink socket: %s", strerror(errno));
                apply(fd, argv[i]);
        }
        if (i + 1 >= argc)
                fail("missing \"--\" followed by the init program");

        if (resolv_conf)
                give_resolv_conf(resolv_conf, argv[i + 1]);

        /* Asked to stop before there is anything to stop. */
        sigpending(&pending);
        if (sigismember(&pending, SIGRTMIN + 3))
                return EXIT_SUCCESS;

        execv(argv[i + 1], argv + i + 1);
        fail("failed to run %s: %s", argv[i + 1], strerror(errno));
}
