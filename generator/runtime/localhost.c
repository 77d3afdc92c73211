/* SPDX-License-Identifier: MIT */
#include "runtime/localhost.h"

#include "base/lines.h"
#include "base/memory.h"
#include "base/words.h"
#include "bus/jobs.h"
#include "config.h"
#include "state/paths.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

typedef struct LocalPort {
        const char *label, *target, *listen[2]; /* the second may be NULL */
        const char *socket, *service;           /* its units */
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
        port.socket = arena_printf(arena, "container-%s-%s.socket", container, port.label);
        port.service = arena_printf(arena, "container-%s-%s.service", container, port.label);
        *ret_port = port;
        return true;
}

static bool is_there(Arena *arena, const LocalPort *port) {
        return access(arena_printf(arena, "/run/systemd/transient/%s", port->socket), F_OK) == 0;
}

/* The ports that something is to be done with, each in the userdata of a job. */
typedef struct Ports {
        Arena arena;
        const char *container;
        Job *jobs; /* malloc(3) */
        size_t length, capacity;
} Ports;

/* Adds those of @lines that are not in @except; with @there only those that have a socket already. */
static void add_ports(Ports *ports, const Buffer *lines, const Buffer *except, const char *method, bool there) {
        for_each_line(line, end, lines) {
                LocalPort *port = arena_alloc(&ports->arena, sizeof(*port));

                if (has_line(except, line, (size_t)(end - line)) ||
                        !parse_line(&ports->arena, ports->container, line, port) ||
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
                TOOL_SYSTEMD_SOCKET_PROXYD, "--exit-idle-time=1min", "--connections-max=65536", port->target, false);
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

int localhost_listen(const char *container, const Buffer *lines, const Buffer *except) {
        CLEANUP(free_ports) Ports ports = {.container = container};

        /* Of a run of the container that has only just ended. */
        ignore_failure(localhost_close(container, lines, except));
        add_ports(&ports, lines, except, "StartTransientUnit", false);
        for (size_t i = 0; i < ports.length; i++)
                ports.jobs[i].append = append_units;
        return run_jobs(&ports, warn_of_failure);
}

int localhost_close(const char *container, const Buffer *lines, const Buffer *except) {
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
