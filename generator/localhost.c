#include "localhost.h"

#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "config.h"
#include "lines.h"
#include "log.h"
#include "run-program.h"

typedef struct LocalPort {
        const char *label, *target, *listen[2]; /* the second may be NULL */
        const char *socket, *service;           /* its units */
} LocalPort;

/* Takes one word off the line, which ends with a newline. NULL if there is none. */
static const char *take_word(Arena *arena, const char **line) {
        size_t length;
        const char *word;

        *line += strspn(*line, " ");
        length = strcspn(*line, " \n");
        if (length == 0)
                return NULL;
        word = arena_copy(arena, *line, length);
        *line += length;
        return word;
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
        port.socket = arena_printf(arena, "container-%s-%s.socket", container, port.label);
        port.service = arena_printf(arena, "container-%s-%s.service", container, port.label);
        *ret_port = port;
        return true;
}

static bool stop(const LocalPort *port) {
        char *const systemctl[] = {
                (char *)TOOL_SYSTEMCTL, (char *)"stop", (char *)"--quiet", (char *)port->socket, NULL};

        return run_program(systemctl, &BUFFER_NULL) == 0;
}

static bool is_there(Arena *arena, const LocalPort *port) {
        return access(arena_printf(arena, "/run/systemd/transient/%s", port->socket), F_OK) == 0;
}

static bool listen_on(Arena *arena, const char *container, const LocalPort *port) {
        const char *systemd_run[16] = {
                TOOL_SYSTEMD_RUN,
                "--quiet",
                "--collect",
                arena_printf(arena, "--unit=%s", port->service),
                arena_printf(arena, "--description=Port %s of localhost for container '%s'", port->label, container),
                "--property=DynamicUser=yes",
                arena_printf(arena, "--property=PartOf=%s", port->socket),
                arena_printf(arena, "--socket-property=BindsTo=container@%s.service", container),
                "--socket-property=CollectMode=inactive-or-failed",
        };
        size_t n = 0;

        while (systemd_run[n])
                n++;
        for (int i = 0; i < 2 && port->listen[i]; i++)
                systemd_run[n++] = arena_printf(arena, "--socket-property=ListenStream=%s", port->listen[i]);
        systemd_run[n++] = TOOL_SYSTEMD_SOCKET_PROXYD;
        systemd_run[n++] = "--exit-idle-time=1min";
        systemd_run[n] = port->target;

        /* Of a run of the container that has only just ended. */
        if (is_there(arena, port))
                (void)stop(port);
        if (run_program((char *const *)systemd_run, &BUFFER_NULL) == 0)
                return true;
        log_message(LOG_WARNING, "Port %s of localhost does not lead to container %s: journalctl -u %s says why.",
                port->label, container, port->socket);
        return false;
}

/* Calls @action for the lines of @ports that are not in @except. */
static bool for_each_port(const char *container, const Buffer *ports, const Buffer *except,
        bool (*action)(Arena *arena, const char *container, const LocalPort *port)) {
        Arena arena = ARENA_NULL;
        bool good = true;

        for_each_line(line, end, ports) {
                LocalPort port;

                if (!has_line(except, line, (size_t)(end - line)) && parse_line(&arena, container, line, &port))
                        good = action(&arena, container, &port) && good;
        }
        arena_free(&arena);
        return good;
}

bool localhost_listen(const char *container, const Buffer *ports, const Buffer *except) {
        return for_each_port(container, ports, except, listen_on);
}

static bool close_port(Arena *arena, const char *container, const LocalPort *port) {
        (void)container;
        /* It may go away by itself meanwhile. */
        return !is_there(arena, port) || stop(port) || !is_there(arena, port);
}

bool localhost_close(const char *container, const Buffer *ports, const Buffer *except) {
        return for_each_port(container, ports, except, close_port);
}
