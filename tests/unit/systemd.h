/* SPDX-License-Identifier: MIT */
/* A systemd that answers as a test wants: its Manager, and what else is asked of the bus. It stands at the other end of a connection, in
 * a process of its own. */
#pragma once

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

/* What it answers: lines "METHOD FIRST-ARGUMENT: ANSWER" or "METHOD: ANSWER", of which the first counts. An ANSWER is
 *   refused    an error, "It is refused."
 *   ERROR!     the error of that name
 *   odd        a reply that has not what it should
 *   lost       none: the connection ends
 * or for a job its result, which is "done" where nothing is said; "odd end" and "lost end" are of the signal. Of a "failed because WHY" the
 * service has the status WHY, until it has ended; then it has another one. For a property, which stands as
 * the argument, it is the value. For ListUnitsByPatterns it is the units, with their states: "a.service activating b.service deactivating".
 * For GetMachineAddresses, which is systemd-machined's, it is the addresses: "10.0.0.1 fd00::1"; ? is one of a family that nobody knows.
 * @log is told the methods, but those that only ask; with a socket that is made the addresses that it listens on. */
typedef struct Systemd {
        const char *answers;
        FILE *log;
        unsigned jobs;
} Systemd;

/* The answer to a call, "" where nothing is said. */
static inline const char *systemd_look_up(const char *answers, const char *method, const char *argument) {
        static char answer[256];
        char keys[2][256];

        snprintf(keys[0], sizeof(keys[0]), "%s %s: ", method, argument);
        snprintf(keys[1], sizeof(keys[1]), "%s: ", method);
        for (const char *line = answers; *line; line += strcspn(line, "\n"), line += *line == '\n')
                for (size_t i = 0; i < 2; i++)
                        if (strncmp(line, keys[i], strlen(keys[i])) == 0) {
                                line += strlen(keys[i]);
                                snprintf(answer, sizeof(answer), "%.*s", (int)strcspn(line, "\n"), line);
                                return answer;
                        }
        return "";
}

static inline int systemd_list_units(sd_bus_message *call, const char *units) {
        sd_bus_message *reply = NULL;
        char unit[128], state[32];
        int length;

        sd_bus_message_new_method_return(call, &reply);
        sd_bus_message_open_container(reply, 'a', "(ssssssouso)");
        for (; sscanf(units, " %127s %31s%n", unit, state, &length) == 2; units += length)
                sd_bus_message_append(reply, "(ssssssouso)", unit, "", "loaded", state, "", "", "/", 0, "", "/");
        sd_bus_message_close_container(reply);
        sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return 1;
}

static inline int systemd_list_addresses(sd_bus_message *call, const char *addresses) {
        sd_bus_message *reply = NULL;
        unsigned char bytes[16] = {0};
        char text[64];
        int length;

        sd_bus_message_new_method_return(call, &reply);
        sd_bus_message_open_container(reply, 'a', "(iay)");
        for (; sscanf(addresses, " %63s%n", text, &length) == 1; addresses += length) {
                int family = strcmp(text, "?") == 0 ? AF_VSOCK : strchr(text, ':') ? AF_INET6 : AF_INET;

                inet_pton(family, text, bytes);
                sd_bus_message_open_container(reply, 'r', "iay");
                sd_bus_message_append(reply, "i", family);
                sd_bus_message_append_array(reply, 'y', bytes, family == AF_INET6 ? 16 : 4);
                sd_bus_message_close_container(reply);
        }
        sd_bus_message_close_container(reply);
        sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return 1;
}

static inline int systemd_hang_up(sd_bus *bus) {
        sd_bus_flush(bus);
        sd_bus_close(bus);
        return 1;
}

static inline void systemd_signal_status(sd_bus *bus, const char *unit, const char *status) {
        sd_bus_message *signal = NULL;
        char *path;

        sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
        sd_bus_message_new_signal(bus, &signal, path, "org.freedesktop.DBus.Properties", "PropertiesChanged");
        sd_bus_message_append(signal, "sa{sv}as", "org.freedesktop.systemd1.Service", 2, "MainPID", "u", 1U,
                "StatusText", "s", status, 0);
        sd_bus_message_set_sender(signal, ":1.0");
        sd_bus_send(bus, signal, NULL);
        sd_bus_message_unref(signal);
        free(path);
}

/* Says that a job has ended, as a bus says it: with a sender. */
static inline int systemd_signal_end(
        sd_bus *bus, unsigned job, const char *path, const char *unit, const char *result) {
        sd_bus_message *signal = NULL;

        sd_bus_message_new_signal(
                bus, &signal, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "JobRemoved");
        if (strcmp(result, "odd end") == 0)
                sd_bus_message_append(signal, "s", unit);
        else
                sd_bus_message_append(signal, "uoss", job, path, unit, *result ? result : "done");
        sd_bus_message_set_sender(signal, ":1.0");
        sd_bus_send(bus, signal, NULL);
        sd_bus_message_unref(signal);
        return 1;
}

static inline int systemd_run_job(Systemd *systemd, sd_bus_message *call, const char *unit, const char *result) {
        sd_bus *bus = sd_bus_message_get_bus(call);
        static const char because[] = "failed because ";
        char path[64];

        snprintf(path, sizeof(path), "/org/freedesktop/systemd1/job/%u", ++systemd->jobs);
        sd_bus_reply_method_return(call, "o", path);
        if (strncmp(result, because, strlen(because)) == 0) {
                systemd_signal_status(bus, unit, result + strlen(because));
                systemd_signal_end(bus, systemd->jobs, path, unit, "failed");
                systemd_signal_status(bus, unit, "Starting again");
                return 1;
        }
        if (strcmp(result, "lost end") == 0)
                return systemd_hang_up(bus);
        return systemd_signal_end(bus, systemd->jobs, path, unit, result);
}

static inline void systemd_log_addresses(FILE *log, sd_bus_message *call) {
        const char *property, *type, *address;

        sd_bus_message_skip(call, "s");
        sd_bus_message_enter_container(call, 'a', "(sv)");
        while (sd_bus_message_enter_container(call, 'r', "sv") > 0) {
                sd_bus_message_read_basic(call, 's', &property);
                if (strcmp(property, "Listen") == 0) {
                        sd_bus_message_enter_container(call, 'v', "a(ss)");
                        sd_bus_message_enter_container(call, 'a', "(ss)");
                        while (sd_bus_message_read(call, "(ss)", &type, &address) > 0)
                                fprintf(log, " %s", address);
                        sd_bus_message_exit_container(call);
                        sd_bus_message_exit_container(call);
                } else {
                        sd_bus_message_skip(call, "v");
                }
                sd_bus_message_exit_container(call);
        }
}

static inline int systemd_answer(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        static const char *const methods[] = {
                "StartUnit", "StopUnit", "RestartUnit", "ReloadUnit", "StartTransientUnit"};
        const char *method = sd_bus_message_get_member(call), *argument = "", *answer;
        Systemd *systemd = userdata;

        if (!sd_bus_message_is_method_call(call, NULL, NULL))
                return 0;
        if (sd_bus_message_get_signature(call, true)[0] == 's')
                sd_bus_message_read_basic(call, 's', &argument);
        if (strcmp(method, "Get") == 0)
                sd_bus_message_read_basic(call, 's', &argument);
        else if (systemd->log) {
                fprintf(systemd->log, "%s %s", method, argument);
                if (strcmp(method, "StartTransientUnit") == 0)
                        systemd_log_addresses(systemd->log, call);
                fprintf(systemd->log, "\n");
                fflush(systemd->log);
        }
        answer = systemd_look_up(systemd->answers, method, argument);
        if (strcmp(answer, "lost") == 0)
                return systemd_hang_up(sd_bus_message_get_bus(call));
        if (strcmp(answer, "odd") == 0)
                return sd_bus_reply_method_return(call, "b", false);
        if (strcmp(answer, "refused") == 0)
                return sd_bus_error_set(error, SD_BUS_ERROR_FAILED, "It is refused.");
        if (*answer && answer[strlen(answer) - 1] == '!') {
                char name[256];

                snprintf(name, sizeof(name), "%.*s", (int)strlen(answer) - 1, answer);
                return sd_bus_error_set(error, name, "It is an error.");
        }
        if (strcmp(method, "ListUnitsByPatterns") == 0)
                return systemd_list_units(call, answer);
        if (strcmp(method, "GetMachineAddresses") == 0)
                return systemd_list_addresses(call, answer);
        if (strcmp(method, "GetMachine") == 0)
                return sd_bus_reply_method_return(call, "o", "/org/freedesktop/machine1/machine/web");
        if (strcmp(method, "OpenMachinePTY") == 0)
                return sd_bus_reply_method_return(call, "hs", STDIN_FILENO, answer);
        if (strcmp(method, "Get") == 0 && strcmp(argument, "Leader") == 0)
                return sd_bus_reply_method_return(call, "v", "u", (unsigned)atoi(answer));
        if (strcmp(method, "Get") == 0)
                return sd_bus_reply_method_return(call, "v", "s", answer);
        if (strcmp(method, "Hello") == 0)
                return sd_bus_reply_method_return(call, "s", ":1.1");
        for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
                if (strcmp(method, methods[i]) == 0)
                        return systemd_run_job(systemd, call, argument, answer);
        return sd_bus_reply_method_return(call, "");
}

/* Serves the connection @fd until it ends. */
static inline void systemd_serve(Systemd *systemd, int fd) {
        sd_bus *bus = NULL;

        if (sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 || sd_bus_set_server(bus, true, SD_ID128_NULL) < 0 ||
                sd_bus_add_filter(bus, NULL, systemd_answer, systemd) < 0 || sd_bus_start(bus) < 0)
                abort();
        for (;;) {
                int r = sd_bus_process(bus, NULL);

                if (r < 0 || (r == 0 && sd_bus_wait(bus, UINT64_MAX) < 0))
                        break;
        }
        sd_bus_flush_close_unref(bus);
}

/* A connection to one that answers with @answers. It ends with systemd_end(). */
static inline sd_bus *systemd_start(const char *answers, pid_t *ret_pid) {
        sd_bus *bus = NULL;
        int ends[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                abort();
        *ret_pid = fork();
        if (*ret_pid == 0) {
                close(ends[0]);
                systemd_serve(&(Systemd){.answers = answers}, ends[1]);
                _exit(EXIT_SUCCESS);
        }
        close(ends[1]);
        if (*ret_pid < 0 || sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, ends[0], ends[0]) < 0 || sd_bus_start(bus) < 0)
                abort();
        return bus;
}

static inline void systemd_end(sd_bus *bus, pid_t pid) {
        sd_bus_flush_close_unref(bus);
        if (waitpid(pid, NULL, 0) != pid)
                abort();
}
