/* SPDX-License-Identifier: MIT */
/* kill-at WHAT PROGRAM [ARGUMENT…]: becomes PROGRAM. If there is a file /run/kill-at/WHAT with a number, PROGRAM (and what it then becomes)
 * is killed by SIGKILL as it enters its system call of that number, counted from 1: at the same point at each run that does the same. The
 * file is removed at once, so that only one run is killed. Afterwards /run/kill-at/WHAT.calls has how many it has made, and if it was
 * killed there is /run/kill-at/WHAT.killed. Processes that it starts are left alone. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static __attribute__((noreturn)) void fail(const char *what) {
        fprintf(stderr, "kill-at: %s: %s\n", what, strerror(errno));
        exit(EXIT_FAILURE);
}

/* Reads the number in the file, and removes it. 0 if there is none. */
static long take_number(const char *path) {
        FILE *file = fopen(path, "re");
        long number = 0;

        if (!file)
                return 0;
        if (fscanf(file, "%li", &number) != 1)
                number = 0;
        fclose(file);
        unlink(path);
        return number;
}

static void leave(const char *path, const char *suffix, long calls) {
        FILE *file;
        char calls_path[256];

        snprintf(calls_path, sizeof(calls_path), "%s.%s", path, suffix);
        file = fopen(calls_path, "we");
        if (file) {
                fprintf(file, "%li\n", calls);
                fclose(file);
        }
}

/* Counts the system calls of @pid, which waits until it is let go through @go, and kills it at one of them. */
static void trace(pid_t pid, int go, const char *path, long number) {
        long calls = 0, stops = 0;
        int status;

        if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)PTRACE_O_TRACESYSGOOD) < 0)
                fail("PTRACE_SEIZE");
        if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || write(go, "", 1) != 1)
                fail("PTRACE_INTERRUPT");
        close(go);
        while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
                int signal = WSTOPSIG(status), event = status >> 16;

                if (signal == (SIGTRAP | 0x80)) {
                        signal = 0;
                        if (++stops % 2 == 1 && ++calls == number) {
                                /* Whoever sees that it is gone finds both. */
                                leave(path, "calls", calls);
                                leave(path, "killed", calls);
                                kill(pid, SIGKILL);
                                return;
                        }
                } else if (event != 0) {
                        signal = 0;
                }
                (void)ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal);
        }
        leave(path, "calls", calls);
}

int main(int argc, char *argv[]) {
        char path[256], byte;
        int fds[2], cgroup;
        long number;
        pid_t pid = getpid();

        if (argc < 3) {
                fputs("Usage: kill-at WHAT PROGRAM [ARGUMENT…]\n", stderr);
                return EXIT_FAILURE;
        }
        snprintf(path, sizeof(path), "/run/kill-at/%s", argv[1]);
        number = take_number(path);
        if (number > 0) {
                if (pipe2(fds, O_CLOEXEC) < 0)
                        fail("pipe");
                switch (fork()) {
                case -1:
                        fail("fork");
                case 0:
                        /* No part of the unit, and nobody waits for the end of its output. */
                        cgroup = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY | O_CLOEXEC);
                        if (cgroup < 0 || write(cgroup, "0\n", 2) < 0)
                                fail("cgroup.procs");
                        (void)setsid();
                        close(fds[0]);
                        for (int fd = 0; fd < 3; fd++)
                                close(fd);
                        trace(pid, fds[1], path, number);
                        _exit(EXIT_SUCCESS);
                default:
                        close(fds[1]);
                        while (read(fds[0], &byte, 1) < 0 && errno == EINTR)
                                ;
                        close(fds[0]);
                }
        }
        execv(argv[2], argv + 2);
        fail(argv[2]);
}
