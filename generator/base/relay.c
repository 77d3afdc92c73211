/* SPDX-License-Identifier: MIT */
#include "base/relay.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "base/file.h"
#include "base/run-program.h"

/* How much is copied at once, and what the pipes hold: with less, who writes and who reads wait for each other all the time. */
#define PIPE_SIZE 1048576

/* Copies some of what is there from one file to another, one of which is a pipe. Returns how much, 0 at its end. */
static ssize_t copy_some(int from, int to, bool *can_splice) {
        char text[65536];
        ssize_t n;

        if (*can_splice) {
                n = splice(from, NULL, to, NULL, PIPE_SIZE, 0);
                if (n >= 0)
                        return n;
                /* Terminals cannot, nor files that are appended to. */
                if (errno != EINVAL)
                        return negative_errno();
                *can_splice = false;
        }
        n = read(from, text, sizeof(text));
        if (n > 0) {
                int r = write_all(to, text, (size_t)n);

                if (r < 0)
                        return r;
        }
        return n < 0 ? negative_errno() : n;
}

/* Copies until there is no more, or nobody takes it, or nobody has the other end of @last open any more and what is there is copied. */
static void copy_all(int from, int to, int last) {
        struct pollfd fds[] = {{.fd = from, .events = POLLIN}, {.fd = last}};
        struct pollfd room = {.fd = to, .events = POLLOUT};
        bool can_splice = true, ended = false;
        ssize_t n = 1;
        int left = 1; /* to be copied, once it has ended */

        while (n > 0 && left > 0) {
                if (poll(fds, 2, ended ? 0 : -1) < 0) {
                        if (errno == EINTR)
                                continue;
                        return;
                }
                if (fds[0].revents != 0) {
                        n = copy_some(from, to, &can_splice);
                        if (n == -EAGAIN)
                                n = poll(&room, 1, -1);
                        else if (ended)
                                left -= (int)n;
                } else if (ended) {
                        return;
                }
                if (fds[1].revents != 0) {
                        ended = true;
                        fds[1].fd = -1;
                        /* What comes later has no end. */
                        if (ioctl(from, FIONREAD, &left) < 0)
                                return;
                }
        }
}

/* Has no other descriptors of this program than what it needs: nobody would be told of their end. Signals that end are for who waits for
 * it. */
static _Noreturn void relay(int from, int to, int last) {
        static const int others[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        sigset_t set;

        sigemptyset(&set);
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                sigaddset(&set, others[i]);
        (void)sigprocmask(SIG_SETMASK, &set, NULL);
        if (last < 0)
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(from, 0);
        (void)dup2(to, 1);
        if (last >= 0)
                (void)dup2(last, 2);
        (void)close_range(3, UINT_MAX, 0);
        copy_all(0, 1, last < 0 ? -1 : 2);
        end_child(EXIT_SUCCESS);
}

/* Opens the stream @number, and has what comes through it copied. */
static int open_stream(Relays *relays, int number, bool copied, int last) {
        bool is_input = number == STDIN_FILENO;
        CLEANUP_CLOSE int reading = -1, writing = -1;
        int ends[2];
        pid_t pid = 0;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return negative_errno();
        reading = ends[0];
        writing = ends[1];
        (void)fcntl(writing, F_SETPIPE_SZ, PIPE_SIZE);
        /* Inside, root is maybe another user than here, and opens /dev/stdout. */
        if (fchmod(reading, 0666) < 0)
                return negative_errno();
        if (copied && (pid = fork()) == 0)
                relay(is_input ? STDIN_FILENO : reading, is_input ? writing : number, is_input ? -1 : last);
        if (pid < 0)
                return negative_errno();
        relays->processes[number] = pid;
        relays->streams[number] = take_fd(is_input ? &reading : &writing);
        return 0;
}

int relays_open(Relays *relays, bool with_input) {
        CLEANUP_CLOSE int last = -1;
        int ends[2], r;

        *relays = (Relays)RELAYS_NULL;
        if (pipe2(ends, O_CLOEXEC) < 0)
                return negative_errno();
        last = ends[0];
        relays->last = ends[1];
        if ((r = open_stream(relays, STDIN_FILENO, with_input, last)) < 0 ||
                (r = open_stream(relays, STDOUT_FILENO, true, last)) < 0 ||
                (r = open_stream(relays, STDERR_FILENO, true, last)) < 0)
                relays_end(relays);
        return r;
}

int relays_become(const Relays *relays, char *const program[]) {
        for (int i = 0; i < 3; i++)
                if (dup2(relays->streams[i], i) < 0)
                        return negative_errno();
        /* It has that open until it ends. */
        if (fcntl(relays->last, F_SETFD, 0) >= 0)
                execv(program[0], program);
        return negative_errno();
}

void relays_close_streams(Relays *relays) {
        for (int i = 0; i < 3; i++) {
                cleanup_close(&relays->streams[i]);
                relays->streams[i] = -1;
        }
}

void relays_end(Relays *relays) {
        relays_close_streams(relays);
        cleanup_close(&relays->last);
        relays->last = -1;
        for (int i = 0; i < 3; i++) {
                if (relays->processes[i] <= 0)
                        continue;
                /* Nobody reads what is typed. */
                if (i == STDIN_FILENO)
                        (void)kill(relays->processes[i], SIGKILL);
                ignore_failure(end_program(relays->processes[i]));
                relays->processes[i] = 0;
        }
}
