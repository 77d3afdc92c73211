/* SPDX-License-Identifier: MIT */
#include "runtime/reload.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "base/relay.h"
#include "base/run-program.h"
#include "config.h"
#include "runtime/nix-own.h"
#include "state/profile.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/time-span.h"

/* A year, in µs, is no limit. */
#define YEAR UINT64_C(31557600000000)

/* How long systemd-run may take, in seconds, to hear of the end of what it has run: it may never, if D-Bus was restarted. */
#define HEARING_MAX 10

/* Runs in the container the arguments that follow, and writes their exit status to its standard input, a pipe: that needs no D-Bus. systemd
 * makes one $ of each two. */
static const char shell_script[] = "\"$$0\" \"$$@\" </dev/null; echo $$? >&0";

/* The arguments of systemd-run for @program, so that the shell runs what @program runs. */
static char *const *with_shell(Arena *arena, char *const program[], uint64_t usec) {
        size_t length = 0, options, n = 0;
        char **arguments;

        while (program[length])
                length++;
        options = length - 2; /* all but the command and its operand */
        arguments = arena_alloc(arena, (length + 5) * sizeof(*arguments));
        for (size_t i = 0; i < length; i++) {
                if (i == 1)
                        arguments[n++] = arena_printf(arena, "--property=RuntimeMaxSec=%" PRIu64 "us", usec);
                if (i == options) {
                        arguments[n++] = (char *)"/bin/sh";
                        arguments[n++] = (char *)"-c";
                        arguments[n++] = (char *)shell_script;
                }
                arguments[n++] = program[i];
        }
        arguments[n] = NULL;
        return arguments;
}

/* Starts @program with the streams of @relays. It ends with this program. */
static pid_t start(Relays *relays, char *const program[]) {
        pid_t parent = getpid(), pid = fork();

        if (pid == 0) {
                (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
                if (getppid() == parent)
                        ignore_failure(log_error(relays_become(relays, program), "Failed to run %s: %m", program[0]));
                end_child(EXIT_FAILURE);
        }
        return pid < 0 ? negative_errno() : pid;
}

/* Reads the exit status from what the container writes, which may be anything; systemd-run could write, too. -ENODATA: there is none in it. */
static int read_status(int fd, uint64_t usec) {
        uint64_t end = clock_usec() + usec, status;
        char text[sizeof("255")];

        for (size_t length = 0; length < sizeof(text); length++) {
                uint64_t now = clock_usec();
                int r = wait_for_input(fd, now < end ? end - now : 0);
                ssize_t n;

                if (r < 0)
                        return r;
                do
                        n = read(fd, text + length, 1);
                while (n < 0 && errno == EINTR);
                if (n < 0)
                        return negative_errno();
                if (n == 0)
                        break;
                if (text[length] == '\n') {
                        text[length] = '\0';
                        return number_parse(text, 0, 255, &status) ? (int)status : -ENODATA;
                }
        }
        return -ENODATA;
}

/* What @status means. */
static int conclude(const char *container, int status) {
        if (status == -ETIMEDOUT || status == -ENODATA)
                return log_error(
                        -status, "Container %s did not report whether the new system was activated.", container);
        if (status < 0)
                return log_error(status, "Failed to reload container %s: %m", container);
        return status == 0 ? 0 : -EIO;
}

/* Runs @program, and what that runs in the container, to their ends. */
static int run(const char *container, char *const program[], Relays *relays, uint64_t usec) {
        CLEANUP_CLOSE int reading = -1, writing = -1;
        int ends[2], input, status;
        pid_t pid;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return log_error(errno, "Failed to reload container %s: %m", container);
        reading = ends[0];
        writing = ends[1];
        /* systemd takes only what can be read for an input. */
        input = open(fd_path(writing).text, O_RDWR | O_CLOEXEC);
        if (input < 0)
                return log_error(errno, "Failed to reload container %s: %m", container);
        cleanup_close(&relays->streams[STDIN_FILENO]);
        relays->streams[STDIN_FILENO] = input;
        (void)close(take_fd(&writing));
        pid = start(relays, program);
        relays_close_streams(relays);
        status = pid < 0 ? pid : read_status(reading, usec);
        if (pid > 0 && status == -ETIMEDOUT)
                (void)kill(pid, SIGTERM);
        ignore_failure(interrupt_end_program(pid, HEARING_MAX));
        return conclude(container, status);
}

int container_reload(const char *container, const char *limit, char *const program[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        Relays relays;
        uint64_t usec = 0;
        int r;

        if (!time_span_parse(limit, &usec) || usec == 0 || usec > YEAR)
                usec = YEAR;
        r = relays_open(&relays, false);
        if (r < 0)
                return log_error(r, "Failed to reload container %s: %m", container);
        /* This comes to its end before systemd ends it. */
        (void)sd_notifyf(
                true, "EXTEND_TIMEOUT_USEC=%" PRIu64, time_span_with_grace(usec) + UINT64_C(2) * HEARING_MAX * 1000000);
        r = run(container, with_shell(&arena, program, usec), &relays, time_span_with_grace(usec));
        relays_end(&relays);
        return r;
}

int container_switched(const char *container, const char *system) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        char *const program[] = {arena_join(&arena, system, "/init"), NULL};

        nix_own_publish(container, program);
        return record_set_system(container, system);
}

int container_switch(const char *container, const char *limit, const char *system) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *resolved = profile_system(&arena, "", container, system);
        char *const declared[] = {arena_join(&arena, system, "/init"), NULL};
        char *const program[] = {(char *)TOOL_SYSTEMD_RUN, arena_join(&arena, "--machine=", container),
                (char *)"--quiet", (char *)"--collect", (char *)"--wait", (char *)"--pipe",
                (char *)"--service-type=exec", (char *)"--unit=nixos-container-switch",
                arena_join(&arena, resolved ? resolved : system, "/bin/switch-to-configuration"), (char *)"test", NULL};
        int r;

        nix_own_publish(container, declared);
        r = container_reload(container, limit, program);
        return r < 0 ? r : record_set_system(container, resolved ? resolved : system);
}
