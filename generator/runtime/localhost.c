/* SPDX-License-Identifier: MIT */
#include "runtime/localhost.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/words.h"
#include "bus/jobs.h"
#include "config.h"
#include "runtime/localhost-bpf.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* What the labels of UDP ports begin with. */
#define UDP "udp:"

/* What stands in the label of a port of one IPv4 address. */
#define ONE "127."

typedef struct LocalPort {
        const char *label, *target, *listen[2]; /* the second may be NULL */
        const char *socket, *service;           /* its units */
        int protocol;
} LocalPort;

/* Whether the kernel has IPv6, which it can be booted without. */
static bool has_ipv6(void) {
        return access("/proc/net/if_inet6", F_OK) == 0 || errno != ENOENT;
}

static bool parse_line(Arena *arena, const char *container, const char *line, LocalPort *ret_port) {
        LocalPort port = {.label = take_word(arena, &line)};

        if (!port.label || port.label[0] == '#')
                return false;
        port.target = take_word(arena, &line);
        for (int i = 0; i < 2; i++)
                port.listen[i] = take_word(arena, &line);
        if (!port.target || !port.listen[0])
                return false;
        if (port.listen[1] && port.listen[1][0] == '[' && !has_ipv6())
                port.listen[1] = NULL;
        port.protocol = text_behind(port.label, UDP) ? IPPROTO_UDP : IPPROTO_TCP;
        port.socket = arena_printf(arena, "container-%s-%s.socket", container, port.label);
        port.service = arena_printf(arena, "container-%s-%s.service", container, port.label);
        *ret_port = port;
        return true;
}

static bool is_there(Arena *arena, const LocalPort *port) {
        return access(arena_printf(arena, "/run/systemd/transient/%s", port->socket), F_OK) == 0;
}

/* Takes "10.0.0.2:80" or "[fd00::2]:80" apart. */
static bool parse_endpoint(Arena *arena, const char *text, Address *ret_address, uint16_t *ret_port) {
        const char *colon = strrchr(text, ':'), *end = colon;
        uint64_t port;

        if (!colon || !number_parse(colon + 1, 1, UINT16_MAX, &port))
                return false;
        *ret_port = (uint16_t)port;
        if (text[0] == '[' && end > text && end[-1] == ']') {
                text++;
                end--;
        }
        return address_parse(arena_copy(arena, text, (size_t)(end - text)), AF_UNSPEC, ret_address);
}

static LocalhostPeer peer_of(const Address *address, uint16_t port) {
        LocalhostPeer peer = {.port = htons(port)};

        if (address->family == AF_INET) {
                peer.address[2] = htonl(0xffff);
                peer.address[3] = address->in.s_addr;
        } else {
                memcpy(peer.address, &address->in6, sizeof(peer.address));
        }
        return peer;
}

/* The forward from an endpoint of the host, as BPF has it. Returns false if it cannot have it: an IPv4 socket cannot connect to an IPv6
 * address, nor can a datagram from ::1 get to an IPv4 one. */
static bool make_forward(Arena *arena, const LocalPort *port, const char *listen, LocalhostForward *ret_forward) {
        Address at, to;
        uint16_t at_port, to_port;
        bool is_of_all;

        if (!parse_endpoint(arena, listen, &at, &at_port) || !parse_endpoint(arena, port->target, &to, &to_port) ||
                (at.family != to.family && (at.family == AF_INET || port->protocol == IPPROTO_UDP)))
                return false;
        is_of_all = at.family == AF_INET && !strstr(port->label, ONE);
        *ret_forward = (LocalhostForward){
                .key = {.prefix = is_of_all ? LOCALHOST_PREFIX_ALL : LOCALHOST_PREFIX_ONE,
                        .protocol = (uint32_t)port->protocol,
                        .at = peer_of(&at, at_port)},
                .target = {.peer = peer_of(&to, to_port), .is_of_all = is_of_all},
        };
        return true;
}

/* Whether a socket is there that takes what is sent to this endpoint of the host, as systemd would find out by listening on it. */
static bool is_in_use(const LocalhostForward *forward) {
        const LocalhostPeer *at = &forward->key.at;
        bool is_ipv4 = at->address[2] == htonl(0xffff), is_udp = forward->key.protocol == IPPROTO_UDP;
        struct sockaddr_in ipv4 = {
                .sin_family = AF_INET, .sin_port = (in_port_t)at->port, .sin_addr.s_addr = at->address[3]};
        struct sockaddr_in6 ipv6 = {
                .sin6_family = AF_INET6, .sin6_port = (in_port_t)at->port, .sin6_addr = in6addr_loopback};
        CLEANUP_CLOSE int fd =
                socket(is_ipv4 ? AF_INET : AF_INET6, (is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
        int on = 1;

        if (fd < 0)
                return false;
        /* Connections that are over are no reason. */
        if (!is_udp)
                (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        return bind(fd, is_ipv4 ? (struct sockaddr *)&ipv4 : (struct sockaddr *)&ipv6,
                       is_ipv4 ? sizeof(ipv4) : sizeof(ipv6)) < 0 &&
               errno == EADDRINUSE;
}

/* Forwards, and what is left of the lines that they are of. */
typedef struct Forwards {
        Arena arena;
        const char *container;
        LocalhostForward *items; /* malloc(3) */
        size_t length, capacity;
        Buffer rest;
        Buffer in_use; /* lines with a label and the endpoint of the host that another program has */
} Forwards;

static void free_forwards(Forwards *forwards) {
        free(forwards->items);
        buffer_free(&forwards->rest);
        buffer_free(&forwards->in_use);
        arena_free(&forwards->arena);
}

static void add_forward(Forwards *forwards, const LocalhostForward *forward) {
        forwards->items = grow_array(forwards->items, forwards->length, &forwards->capacity, sizeof(*forwards->items));
        forwards->items[forwards->length++] = *forward;
}

/* Adds the forwards of a port that nobody else has. */
static void add_free_forwards(Forwards *forwards, const LocalPort *port) {
        const char *rest = "";
        LocalhostForward forward;

        for (int i = 0; i < 2 && port->listen[i]; i++) {
                if (!make_forward(&forwards->arena, port, port->listen[i], &forward))
                        rest = arena_printf(&forwards->arena, "%s %s", rest, port->listen[i]);
                else if (!is_in_use(&forward))
                        add_forward(forwards, &forward);
                else
                        buffer_append_text(&forwards->in_use,
                                arena_printf(&forwards->arena, "%s %s\n", port->label, port->listen[i]));
        }
        if (rest[0] != '\0')
                buffer_append_text(
                        &forwards->rest, arena_printf(&forwards->arena, "%s %s%s\n", port->label, port->target, rest));
}

/* The ports that something is to be done with, each in the userdata of a job. */
typedef struct Ports {
        Arena arena;
        const char *container;
        Job *jobs; /* malloc(3) */
        size_t length, capacity;
} Ports;

/* Adds those of @lines that are not in @except, for TCP; with @there only those that have a socket already. */
static void add_ports(Ports *ports, const Buffer *lines, const Buffer *except, const char *method, bool there) {
        for_each_line(line, end, lines) {
                LocalPort *port = arena_alloc(&ports->arena, sizeof(*port));

                if (has_line(except, line, (size_t)(end - line)) ||
                        !parse_line(&ports->arena, ports->container, line, port) || port->protocol != IPPROTO_TCP ||
                        (there && !is_there(&ports->arena, port)))
                        continue;
                ports->jobs = grow_array(ports->jobs, ports->length, &ports->capacity, sizeof(*ports->jobs));
                ports->jobs[ports->length++] = (Job){.method = method, .unit = port->socket, .userdata = port};
        }
}

static void free_ports(Ports *ports) {
        jobs_free(ports->jobs, ports->length);
        free(ports->jobs);
        arena_free(&ports->arena);
}

/* "[fd00::2]:80" as systemd-socket-proxyd(8) takes it: it has what is in front of the last colon resolved, and brackets are no address. */
static const char *proxy_target(Arena *arena, const char *target) {
        const char *end = target[0] == '[' ? strchr(target, ']') : NULL;

        return end ? arena_join(arena, arena_copy(arena, target + 1, (size_t)(end - target - 1)), end + 1) : target;
}

/* What of the socket and its service is not as systemd has it by itself. systemd.socket(5), systemd-socket-proxyd(8) */
static int append_units(sd_bus_message *message, const Job *job, void *userdata) {
        const LocalPort *port = job->userdata;
        Ports *ports = userdata;
        const char *container = container_unit(&ports->arena, ports->container);
        const char *description =
                arena_printf(&ports->arena, "Port %s of localhost for container '%s'", port->label, ports->container);
        int r;

        /* ::1 is not there where IPv6 is switched off. Of the texts at the end it takes as many as there are. */
        r = sd_bus_message_append(message, "a(sv)", 6, "Description", "s", description, "DefaultDependencies", "b",
                false, "BindsTo", "as", 1, container, "CollectMode", "s", "inactive-or-failed", "FreeBind", "b", true,
                "Listen", "a(ss)", port->listen[1] ? 2 : 1, "Stream", port->listen[0], "Stream", port->listen[1]);
        if (r < 0)
                return r;
        /* More connections than one address of the host can have with a port: those that are idle keep no other out. Each takes six files. */
        return sd_bus_message_append(message, "a(sa(sv))", 1, port->service, 8, "Description", "s", description,
                "DefaultDependencies", "b", false, "PartOf", "as", 1, port->socket, "CollectMode", "s",
                "inactive-or-failed", "DynamicUser", "b", true, "LimitNOFILE", "t", UINT64_C(524288), "LimitNOFILESoft",
                "t", UINT64_C(524288), "ExecStart", "a(sasb)", 1, TOOL_SYSTEMD_SOCKET_PROXYD, 4,
                TOOL_SYSTEMD_SOCKET_PROXYD, "--exit-idle-time=1min", "--connections-max=65536",
                proxy_target(&ports->arena, port->target), false);
}

static void warn_of_failure(const Job *job, void *userdata) {
        const LocalPort *port = job->userdata;
        const Ports *ports = userdata;

        if (strcmp(job->result, "done") != 0)
                log_message(LOG_WARNING,
                        "Failed to forward port %s of localhost to container %s (%s), see: journalctl -u %s",
                        port->label, ports->container, job->result, port->socket);
}

static int run_jobs(Ports *ports, JobEnded ended) {
        CLEANUP_BUS sd_bus *bus = NULL;
        int r = ports->length == 0 ? 0 : systemd_connect(&bus);

        return r < 0 || ports->length == 0 || jobs_run(bus, ports->jobs, ports->length, ended, ports) ? r : -EIO;
}

static int close_sockets(const char *container, const Buffer *lines, const Buffer *except) {
        CLEANUP(free_ports) Ports ports = {.container = container};
        int r;

        add_ports(&ports, lines, except, "StopUnit", true);
        r = run_jobs(&ports, NULL);
        /* systemd may have been about to stop them itself. */
        for (size_t i = 0; i < ports.length && r < 0; i++) {
                const LocalPort *port = ports.jobs[i].userdata;

                if (is_there(&ports.arena, port))
                        return log_error(r, "Container %s: failed to stop %s: %s", container, port->socket,
                                ports.jobs[i].result ? ports.jobs[i].result : "systemd does not respond");
        }
        return ports.length > 0 ? 0 : r;
}

/* What a socket does not forward either is only logged. */
static void leave_rest(const char *container, const Buffer *lines, Buffer *ret_rest) {
        bool is_left = false;

        for_each_line(line, end, lines) {
                if (line_behind(line, end, UDP))
                        is_left = true;
                else
                        buffer_append(ret_rest, line, (size_t)(end + 1 - line));
        }
        if (is_left)
                log_message(LOG_WARNING, "Container %s: UDP is not forwarded from localhost.", container);
}

static void warn_of_others(Forwards *forwards) {
        for_each_line(line, end, &forwards->in_use) {
                const char *label = take_word(&forwards->arena, &line), *endpoint = take_word(&forwards->arena, &line);

                log_message(LOG_WARNING,
                        "Port %s of localhost is not forwarded to container %s: another program uses %s.", label,
                        forwards->container, endpoint);
        }
}

void localhost_forward(const char *container, const Buffer *lines, const Buffer *except, Buffer *ret_rest) {
        CLEANUP(free_forwards) Forwards forwards = {.container = container};
        CLEANUP_BUFFER Buffer wanted = BUFFER_NULL;
        CLEANUP_CLOSE int records = -1;
        const char *reason = NULL;
        LocalPort port;
        int r = 0;

        for_each_line(line, end, lines) {
                if (has_line(except, line, (size_t)(end - line)) ||
                        !parse_line(&forwards.arena, container, line, &port))
                        continue;
                buffer_append(&wanted, line, (size_t)(end + 1 - line));
                add_free_forwards(&forwards, &port);
        }
        if (forwards.length > 0 && (r = records = records_open()) >= 0 &&
                (r = localhost_bpf_add(forwards.items, forwards.length, &reason)) < 0)
                log_message(LOG_INFO, "Container %s: localhost is forwarded by sockets, as BPF cannot be used: %s",
                        container, reason);
        if (r >= 0)
                warn_of_others(&forwards);
        leave_rest(container, r < 0 ? &wanted : &forwards.rest, ret_rest);
}

int localhost_listen(const char *container, const Buffer *lines) {
        CLEANUP(free_ports) Ports ports = {.container = container};

        /* Of a run of the container that has only just ended. */
        ignore_failure(close_sockets(container, lines, &BUFFER_NULL));
        add_ports(&ports, lines, &BUFFER_NULL, "StartTransientUnit", false);
        for (size_t i = 0; i < ports.length; i++)
                ports.jobs[i].append = append_units;
        return run_jobs(&ports, warn_of_failure);
}

static int delete_forwards(const char *container, const Buffer *lines, const Buffer *except) {
        CLEANUP(free_forwards) Forwards forwards = {.container = container};
        CLEANUP_CLOSE int records = -1;
        LocalhostForward forward;
        LocalPort port;

        for_each_line(line, end, lines) {
                if (has_line(except, line, (size_t)(end - line)) ||
                        !parse_line(&forwards.arena, container, line, &port))
                        continue;
                for (int i = 0; i < 2 && port.listen[i]; i++)
                        if (make_forward(&forwards.arena, &port, port.listen[i], &forward))
                                add_forward(&forwards, &forward);
        }
        if (forwards.length == 0 || access(LOCALHOST_DIRECTORY, F_OK) < 0)
                return 0;
        records = records_open();
        return records < 0 ? records : localhost_bpf_delete(forwards.items, forwards.length);
}

int localhost_close(const char *container, const Buffer *lines, const Buffer *except) {
        int r = delete_forwards(container, lines, except);

        keep_failure(&r, close_sockets(container, lines, except));
        return r;
}
