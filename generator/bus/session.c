/* SPDX-License-Identifier: MIT */
#include "bus/session.h"

#include <signal.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/relay.h"
#include "base/words.h"
#include "bus/machined.h"
#include "bus/terminal.h"
#include "systemd/log.h"

/* The exit status with which systemd says that a program could not be run. systemd.exec(5), "Process Exit Codes" */
#define EXIT_EXEC 203

/* How long the container's systemd may take, in µs, to say that it has passed on a signal. */
#define ANSWER_MAX ((uint64_t)5 * 1000 * 1000)

/* What ends this program ends what it runs; a second time, this program alone. */
static const int passed_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

typedef struct Session {
        const char *container;
        sd_event *event;
        sd_bus *bus; /* the container's */
        char unit[64];
        char *path; /* of the unit on the bus */

        int terminal_fd; /* -1: none */
        char *terminal_path;
        Terminal *terminal;

        Relays relays; /* without a terminal */

        int signalled;           /* the signal by which somebody wants it to end, or 0 */
        sd_event_source *answer; /* comes when that was not answered */
        bool started;            /* the job of its start has ended */
        bool failed;             /* as nothing could be run */
        int status;              /* once the loop has ended */
} Session;

typedef struct UnitState {
        bool has_ended;
        int code, status; /* waitid(2), as the container says: any numbers */
} UnitState;

static void end(Session *session, int status) {
        session->status = status;
        (void)sd_event_exit(session->event, 0);
}

/* Before anything is said: the terminal is raw. */
static void disconnect_terminal(Session *session) {
        terminal_disconnect(session->terminal);
        session->terminal = NULL;
}

/* Ends without waiting for what runs. */
static void end_unheard(Session *session, const char *why) {
        disconnect_terminal(session);
        log_message(LOG_ERR, "%s, leaving the command running in %s.", why, session->container);
        end(session, 128 + session->signalled);
}

/* Ends without the outcome. */
static void end_lost(Session *session) {
        disconnect_terminal(session);
        log_message(LOG_ERR, "Lost the connection to %s: the container or its D-Bus has stopped.", session->container);
        end(session, EXIT_FAILURE);
}

int session_exit_status(int code, int status) {
        if (code == CLD_EXITED && status >= 0 && status <= 255)
                return status;
        if ((code == CLD_KILLED || code == CLD_DUMPED) && status > 0 && status < NSIG)
                return 128 + status;
        return EXIT_FAILURE;
}

/* It has ended: how? */
static void collect(Session *session, const UnitState *state) {
        int status = session->failed && state->code == CLD_EXITED ? EXIT_FAILURE
                                                                  : session_exit_status(state->code, state->status);

        disconnect_terminal(session);
        if (state->code == CLD_EXITED && session->failed && state->status == EXIT_EXEC)
                log_message(LOG_ERR, "%s has no /bin/sh.", session->container);
        else if ((state->code == CLD_EXITED && session->failed) || state->code == 0)
                log_message(LOG_ERR,
                        "systemd in %s failed to run the command. For details, run: journalctl -M %s -u %s",
                        session->container, session->container, session->unit);
        else if (state->code != CLD_EXITED && !session->signalled && state->status != SIGPIPE)
                log_message(LOG_ERR, "Killed by signal %i (%s).", state->status, strsignal(state->status));
        end(session, status);
}

static int read_state(sd_bus_message *reply, UnitState *ret_state) {
        const char *name, *text;
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                if ((r = sd_bus_message_read(reply, "s", &name)) < 0)
                        return r;
                if (strcmp(name, "ActiveState") == 0) {
                        r = sd_bus_message_read(reply, "v", "s", &text);
                        ret_state->has_ended = r >= 0 && is_one_of(text, "inactive", "failed");
                } else if (strcmp(name, "ExecMainCode") == 0) {
                        r = sd_bus_message_read(reply, "v", "i", &ret_state->code);
                } else if (strcmp(name, "ExecMainStatus") == 0) {
                        r = sd_bus_message_read(reply, "v", "i", &ret_state->status);
                } else {
                        r = sd_bus_message_skip(reply, "v");
                }
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        return r;
}

static int on_state(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error UNUSED) {
        Session *session = userdata;
        UnitState state = {0};

        if (sd_bus_message_is_method_error(reply, NULL) || read_state(reply, &state) < 0)
                end_lost(session);
        else if (state.has_ended)
                collect(session, &state);
        return 0;
}

/* Asks for all there is at once: where the container is shutting down there may not be time for another question. */
static void check_state(Session *session) {
        if (sd_bus_call_method_async(session->bus, NULL, SYSTEMD_SERVICE, session->path, DBUS_PROPERTIES, "GetAll",
                    on_state, session, "s", "") < 0)
                end_lost(session);
}

static int on_changed(sd_bus_message *message UNUSED, void *userdata, sd_bus_error *ret_error UNUSED) {
        Session *session = userdata;

        if (session->started)
                check_state(session);
        return 0;
}

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error UNUSED) {
        Session *session = userdata;
        const char *unit, *result;

        if (sd_bus_message_read(message, "uoss", NULL, NULL, &unit, &result) < 0) {
                end_lost(session);
                return 0;
        }
        if (strcmp(unit, session->unit) != 0)
                return 0;
        if (!session->started) {
                session->started = true;
                session->failed = strcmp(result, "failed") == 0;
        }
        check_state(session);
        return 0;
}

static int on_disconnected(sd_bus_message *message UNUSED, void *userdata, sd_bus_error *ret_error UNUSED) {
        end_lost(userdata);
        return 0;
}

static int on_told(sd_bus_message *reply UNUSED, void *userdata, sd_bus_error *ret_error UNUSED) {
        Session *session = userdata;

        session->answer = sd_event_source_disable_unref(session->answer);
        return 0;
}

static int on_no_answer(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata) {
        end_unheard(userdata, "No response");
        return 0;
}

static int on_signal(sd_event_source *source UNUSED, const struct signalfd_siginfo *info, void *userdata) {
        Session *session = userdata;
        bool again = session->signalled != 0;

        session->signalled = (int)info->ssi_signo;
        if (again)
                end_unheard(session, "Interrupted again");
        else if (sd_event_add_time_relative(
                         session->event, &session->answer, CLOCK_MONOTONIC, ANSWER_MAX, 0, on_no_answer, session) < 0 ||
                 sd_bus_call_method_async(session->bus, NULL, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER,
                         "KillUnit", on_told, session, "ssi", session->unit, "all", (int32_t)info->ssi_signo) < 0)
                end_lost(session);
        return 0;
}

static int watch_signals(Session *session) {
        sigset_t set;
        int r = 0;

        sigemptyset(&set);
        for (size_t i = 0; i < sizeof(passed_signals) / sizeof(passed_signals[0]); i++)
                sigaddset(&set, passed_signals[i]);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        for (size_t i = 0; i < sizeof(passed_signals) / sizeof(passed_signals[0]) && r >= 0; i++)
                r = sd_event_add_signal(session->event, NULL, passed_signals[i], on_signal, session);
        return r;
}

/* Has the container's systemd tell what becomes of the unit. */
static int watch_unit(Session *session) {
        int r;

        if ((r = sd_bus_match_signal(session->bus, NULL, SYSTEMD_SERVICE, session->path, DBUS_PROPERTIES,
                     "PropertiesChanged", on_changed, session)) < 0 ||
                (r = sd_bus_match_signal(session->bus, NULL, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER,
                         "JobRemoved", on_job_removed, session)) < 0 ||
                (r = sd_bus_match_signal(session->bus, NULL, "org.freedesktop.DBus.Local", NULL,
                         "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, session)) < 0)
                return r;
        return systemd_call(session->bus, "Subscribe", NULL, NULL, NULL);
}

static int open_bus(Session *session) {
        uint64_t random = 0;
        int r;

        (void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
        snprintf(session->unit, sizeof(session->unit), "nixos-container-%016llx.service", (unsigned long long)random);
        if ((r = sd_bus_path_encode(SYSTEMD_PATH "/unit", session->unit, &session->path)) < 0 ||
                (r = sd_event_new(&session->event)) < 0 ||
                (r = sd_bus_open_system_machine(&session->bus, session->container)) < 0 ||
                (r = watch_unit(session)) < 0 || (r = sd_bus_attach_event(session->bus, session->event, 0)) < 0 ||
                (r = watch_signals(session)) < 0)
                return log_error(
                        r, "Failed to connect to D-Bus in %s (it may still be booting): %m", session->container);
        return 0;
}

static int open_terminal(Session *session) {
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_BUS sd_bus *bus = NULL;
        int r = host_bus_connect(&bus);

        if (r < 0)
                return r;
        r = machine_open_terminal(bus, session->container, &session->terminal_fd, &session->terminal_path, &error);
        return r < 0 ? log_error(r, "Failed to open a terminal in %s: %s", session->container,
                               machine_error_text(&error, r))
                     : 0;
}

/* The three streams: of the terminal, or relayed. */
static int append_streams(sd_bus_message *message, const Session *session) {
        if (session->terminal_fd >= 0)
                return sd_bus_message_append(message, "(sv)(sv)(sv)(sv)", /**/
                        "TTYPath", "s", session->terminal_path,           /**/
                        "StandardInput", "s", "tty",                      /**/
                        "StandardOutput", "s", "tty",                     /**/
                        "StandardError", "s", "tty");
        return sd_bus_message_append(message, "(sv)(sv)(sv)",                                /**/
                "StandardInputFileDescriptor", "h", session->relays.streams[STDIN_FILENO],   /**/
                "StandardOutputFileDescriptor", "h", session->relays.streams[STDOUT_FILENO], /**/
                "StandardErrorFileDescriptor", "h", session->relays.streams[STDERR_FILENO]);
}

/* What a login takes over, and nothing of what systemd tells services. */
static int append_environment(sd_bus_message *message) {
        static const char *const names[] = {"TERM", "COLORTERM", "NO_COLOR"};
        const char *variables[sizeof(names) / sizeof(names[0])] = {0};
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int length = 0;

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                const char *value = getenv(names[i]);

                if (value && *value)
                        variables[length++] = arena_printf(&arena, "%s=%s", names[i], value);
        }
        /* Of the texts at the end it takes as many as there are. */
        return sd_bus_message_append(message, "(sv)(sv)", "UnsetEnvironment", "as", 5, "INVOCATION_ID",
                "JOURNAL_STREAM", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "SYSTEMD_EXEC_PID", /**/
                "Environment", "as", length, variables[0], variables[1], variables[2]);
}

static int append_command(sd_bus_message *message, char *const command[]) {
        int r;

        if ((r = sd_bus_message_open_container(message, 'r', "sv")) < 0 ||
                (r = sd_bus_message_append(message, "s", "ExecStartEx")) < 0 ||
                (r = sd_bus_message_open_container(message, 'v', "a(sasas)")) < 0 ||
                (r = sd_bus_message_open_container(message, 'a', "(sasas)")) < 0 ||
                (r = sd_bus_message_open_container(message, 'r', "sasas")) < 0 ||
                (r = sd_bus_message_append(message, "s", command[0])) < 0 ||
                (r = sd_bus_message_append_strv(message, (char **)command)) < 0)
                return r;
        r = sd_bus_message_append(message, "as", 1, "no-env-expand");
        for (int i = 0; i < 4 && r >= 0; i++)
                r = sd_bus_message_close_container(message);
        return r;
}

/* The environment is the one of su(1) with -l: root's home directory and shell, which systemd looks up in the container. */
static int append_properties(sd_bus_message *message, const Session *session, char *const command[]) {
        int r;

        r = sd_bus_message_append(message, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)", /**/
                "Description", "s", "nixos-container",                             /**/
                "Type", "s", "exec",                                               /**/
                "User", "s", "root",                                               /**/
                "WorkingDirectory", "s", "-~",                                     /**/
                "CollectMode", "s", "inactive-or-failed",                          /**/
                "AddRef", "b", 1,        /* the outcome can be read as long as this connection lasts */
                "SendSIGHUP", "b", 1,    /* shells that somebody sits at ignore SIGTERM */
                "IgnoreSIGPIPE", "b", 0, /* as everywhere outside of services */
                /* At its end, the container's systemd stops D-Bus only after this, and there is time to tell of it. */
                "After", "as", 1, "dbus.service");
        if (r < 0 || (r = append_streams(message, session)) < 0 || (r = append_environment(message)) < 0)
                return r;
        return append_command(message, command);
}

static int on_started(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error UNUSED) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        Session *session = userdata;

        if (!error)
                return 0;
        disconnect_terminal(session);
        log_message(LOG_ERR, "Failed to run a command in %s: %s", session->container,
                bus_error_text(error, -sd_bus_message_get_errno(reply)));
        end(session, EXIT_FAILURE);
        return 0;
}

static int start(Session *session, char *const command[]) {
        CLEANUP_BUS_MESSAGE sd_bus_message *message = NULL;
        int r;

        if ((r = sd_bus_message_new_method_call(session->bus, &message, SYSTEMD_SERVICE, SYSTEMD_PATH, SYSTEMD_MANAGER,
                     "StartTransientUnit")) < 0 ||
                (r = sd_bus_message_append(message, "ss", session->unit, "fail")) < 0 ||
                (r = sd_bus_message_open_container(message, 'a', "(sv)")) < 0 ||
                (r = append_properties(message, session, command)) < 0 ||
                (r = sd_bus_message_close_container(message)) < 0 ||
                (r = sd_bus_message_append(message, "a(sa(sv))", 0)) < 0 ||
                (r = sd_bus_call_async(session->bus, NULL, message, on_started, session, 0)) < 0)
                return log_error(r, "Failed to run a command in %s: %m", session->container);
        /* The message has them. */
        relays_close_streams(&session->relays);
        return 0;
}

/* Descriptors 0 to 2 are copied from and to, so they have to be there. */
static void open_missing_streams(void) {
        int fd;

        do
                fd = open("/dev/null", O_RDWR | O_NOCTTY);
        while (fd >= 0 && fd <= STDERR_FILENO);
        cleanup_close(&fd);
}

static int open_streams(Session *session) {
        int r;

        if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO))
                return open_terminal(session);
        r = relays_open(&session->relays, true);
        return r < 0 ? log_error(r, "Failed to forward standard input and output: %m") : 0;
}

static void watch_no_signals(void) {
        sigset_t none;

        sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void end_session(Session *session) {
        disconnect_terminal(session);
        cleanup_close(&session->terminal_fd);
        free(session->terminal_path);
        free(session->path);
        sd_event_source_disable_unref(session->answer);
        sd_bus_close_unref(session->bus);
        sd_event_unref(session->event);
        /* Who takes the output may take its time. */
        watch_no_signals();
        relays_end(&session->relays);
}

int session_run(const char *container, char *const command[]) {
        CLEANUP(end_session)
        Session session = {.container = container, .terminal_fd = -1, .relays = RELAYS_NULL, .status = EXIT_FAILURE};

        open_missing_streams();
        if (open_bus(&session) < 0 || open_streams(&session) < 0 || start(&session, command) < 0 ||
                (session.terminal_fd >= 0 &&
                        terminal_connect(session.event, take_fd(&session.terminal_fd), &session.terminal) < 0))
                return EXIT_FAILURE;
        /* Until end(). */
        if (sd_event_loop(session.event) < 0)
                end_lost(&session);
        return session.status;
}
