/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/run-program.h"

static volatile sig_atomic_t caught, seen;

/* The program that is waited for, or 0. */
static volatile pid_t program;

static void on_signal(int number UNUSED) {
        int error = errno;

        seen = 1;
        if (program > 0)
                (void)kill(program, SIGTERM);
        errno = error;
}

void interrupt_catch(void) {
        const struct sigaction action = {.sa_handler = on_signal};
        static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        struct sigaction old;

        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
                if (sigaction(signals[i], NULL, &old) >= 0 && old.sa_handler != SIG_IGN)
                        (void)sigaction(signals[i], &action, NULL);
        caught = 1;
}

bool interrupt_is_caught(void) {
        return caught;
}

bool interrupt_seen(void) {
        return seen;
}

void interrupt_forget(void) {
        seen = 0;
}

/* Whether the process ends within @limit seconds. */
static bool ends_in_time(pid_t pid, unsigned limit) {
        CLEANUP_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);

        return wait_for_input(fd, (uint64_t)limit * 1000000) >= 0;
}

int interrupt_end_program(pid_t pid, unsigned limit) {
        siginfo_t info;
        bool late;
        int r;

        if (pid < 0)
                return pid;
        program = pid;
        /* It came before there was something to tell. */
        if (seen)
                (void)kill(pid, SIGTERM);
        late = limit > 0 && !ends_in_time(pid, limit);
        if (late)
                (void)kill(pid, SIGKILL);
        /* Until end_program() takes note of its end, no other process has its number. */
        while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
                ;
        program = 0;
        r = end_program(pid);
        return late ? -ETIMEDOUT : r;
}
