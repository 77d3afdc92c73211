/* SPDX-License-Identifier: MIT */
#include "cli/remote.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/run-program.h"
#include "systemd/log.h"

#define EXIT_SSH_FAILED 255
#define EXIT_NOT_FOUND 127

extern char **environ;

/* Processes of ssh that have not ended yet, to which signals are forwarded; 0: it has. */
static volatile pid_t *processes;
static volatile size_t processes_length;
static volatile sig_atomic_t received;

static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
#define SIGNALS_LENGTH (sizeof(signals) / sizeof(signals[0]))

static void on_signal(int number) {
        int error = errno;

        received = number;
        for (size_t i = 0; i < processes_length; i++)
                if (processes[i] > 0)
                        (void)kill(processes[i], number);
        errno = error;
}

/* Until the processes are known, signals wait. */
static void catch_signals(sigset_t *ret_mask) {
        const struct sigaction action = {.sa_handler = on_signal};
        struct sigaction old;
        sigset_t blocked;

        sigemptyset(&blocked);
        for (size_t i = 0; i < SIGNALS_LENGTH; i++)
                sigaddset(&blocked, signals[i]);
        (void)sigprocmask(SIG_BLOCK, &blocked, ret_mask);
        for (size_t i = 0; i < SIGNALS_LENGTH; i++)
                if (sigaction(signals[i], NULL, &old) >= 0 && old.sa_handler != SIG_IGN)
                        (void)sigaction(signals[i], &action, NULL);
}

/* Ends this process by a signal, as ssh would have without it; its exit status where the signal is ignored. */
static int die_by(int number) {
        (void)signal(number, SIG_DFL);
        (void)kill(getpid(), number);
        return 128 + number;
}

/* Starts ssh with these @streams, -1: this program's own, and signals as in @mask. */
static pid_t start(char *const arguments[], const int streams[static 3], const sigset_t *mask) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        pid_t pid;
        int r;

        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        posix_spawnattr_setsigmask(&attributes, mask);
        for (int i = 0; i < 3; i++)
                if (streams[i] >= 0)
                        posix_spawn_file_actions_adddup2(&actions, streams[i], i);
        r = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments, environ);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        if (r == ENOENT)
                return log_error(r, "--host requires ssh, which is not in $PATH.");
        return r == 0 ? pid : log_error(r, "Failed to run ssh: %m");
}

/* Waits for the end of a process. One that stops, as when somebody types Ctrl-Z, stops this one, too. */
static int wait_for(volatile pid_t *process) {
        siginfo_t info;
        pid_t pid = *process;
        int status;

        for (;;) {
                if (waitid(P_PID, (id_t)pid, &info, WEXITED | WSTOPPED | WNOWAIT) < 0) {
                        if (errno != EINTR)
                                return log_error(errno, "Failed to wait for ssh: %m");
                        continue;
                }
                if (info.si_code != CLD_STOPPED)
                        break;
                (void)waitid(P_PID, (id_t)pid, &info, WSTOPPED);
                (void)raise(SIGSTOP);
                (void)kill(pid, SIGCONT);
        }
        /* From here on, it may be the number of another process. */
        *process = 0;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return log_error(errno, "Failed to wait for ssh: %m");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What it means that a verb has this exit status. */
static int explain(const RemoteHost *host, bool passes_status, int status) {
        if (status == EXIT_SSH_FAILED)
                return log_error(EHOSTUNREACH, "Failed to run nixos-container on %s: ssh failed (exit status %i).",
                        host->text, status);
        if (status == EXIT_NOT_FOUND && !passes_status)
                return log_error(ENOENT, "Failed to run nixos-container on %s: not found in its $PATH.", host->text);
        return status;
}

int remote_run(const RemoteHost *host, bool terminal, bool passes_status, char *const argv[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const int streams[] = {-1, -1, -1};
        volatile pid_t process;
        sigset_t mask;
        int r;

        for (int i = 0; i < 3; i++)
                terminal = terminal && isatty(i);
        catch_signals(&mask);
        process = start(remote_command(&arena, host, terminal, argv), streams, &mask);
        if (process > 0) {
                processes = &process;
                processes_length = 1;
        }
        (void)sigprocmask(SIG_SETMASK, &mask, NULL);
        r = process < 0 ? process : wait_for(&process);
        processes_length = 0;
        /* ssh itself exits with 255 after most signals. */
        if (received && (r == EXIT_SSH_FAILED || r == 128 + received))
                return die_by(received);
        return r < 0 ? r : explain(host, passes_status, r);
}

/* Logs what was printed to standard error on a host, with its name. */
static void log_errors(const RemoteHost *host, const Buffer *text) {
        const char *rest = text->text;

        for_each_line(line, end, text) {
                size_t length = (size_t)(end - line);

                length -= length > 0 && line[length - 1] == '\r';
                log_message(LOG_ERR, "%s: %.*s", host->text, (int)length, line);
                rest = end + 1;
        }
        if (text->length > 0 && rest < text->text + text->length)
                log_message(LOG_ERR, "%s: %.*s", host->text, (int)(text->text + text->length - rest), rest);
}

/* Reads what ssh has written to its standard output and standard error. */
static int read_streams(const int streams[static 3], RemoteOutput *output) {
        CLEANUP_BUFFER Buffer errors = BUFFER_NULL;
        int r = read_file(fd_path(streams[1]).text, &output->text);

        keep_failure(&r, read_file(fd_path(streams[2]).text, &errors));
        log_errors(output->host, &errors);
        return r < 0 ? log_error(r, "Failed to read the output of %s: %m", output->host->text) : r;
}

typedef struct Run {
        int streams[3];
        volatile pid_t *process; /* 0: it could not be started */
} Run;

static int start_run(Run *run, const RemoteHost *host, char *const argv[], const sigset_t *mask) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        pid_t pid;

        run->streams[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        run->streams[1] = memfd_create("output", MFD_CLOEXEC);
        run->streams[2] = memfd_create("errors", MFD_CLOEXEC);
        for (int i = 0; i < 3; i++)
                if (run->streams[i] < 0)
                        return log_error(errno, "Failed to run ssh: %m");
        pid = start(remote_command(&arena, host, false, argv), run->streams, mask);
        *run->process = pid > 0 ? pid : 0;
        return pid < 0 ? (int)pid : 0;
}

int remote_collect(const RemoteHost hosts[], size_t length, char *const argv[], RemoteOutput outputs[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        Run *runs = arena_alloc(&arena, length * sizeof(*runs));
        sigset_t mask;
        int r = 0;

        catch_signals(&mask);
        processes = arena_alloc(&arena, length * sizeof(*processes));
        processes_length = length;
        for (size_t i = 0; i < length; i++) {
                runs[i] = (Run){{-1, -1, -1}, &processes[i]};
                outputs[i] = (RemoteOutput){.host = &hosts[i]};
                outputs[i].status = start_run(&runs[i], &hosts[i], argv, &mask);
        }
        (void)sigprocmask(SIG_SETMASK, &mask, NULL);
        for (size_t i = 0; i < length; i++) {
                if (outputs[i].status >= 0)
                        outputs[i].status = wait_for(runs[i].process);
                if (outputs[i].status >= 0 && (r = read_streams(runs[i].streams, &outputs[i])) < 0)
                        outputs[i].status = r;
                if (outputs[i].status >= 0 && !received)
                        outputs[i].status = explain(&hosts[i], false, outputs[i].status);
                for (int j = 0; j < 3; j++)
                        cleanup_close(&runs[i].streams[j]);
        }
        processes_length = 0;
        return received ? die_by(received) : 0;
}

/* In a process of its own, which ends with @parent, whatever program that has become by then. */
static void watch_output(pid_t parent) {
        struct pollfd output = {.fd = STDOUT_FILENO};

        (void)close(STDIN_FILENO);
        (void)close(STDERR_FILENO);
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
                return;
        while (poll(&output, 1, -1) < 0 && errno == EINTR)
                ;
        if (output.revents & (POLLERR | POLLHUP))
                (void)kill(parent, SIGHUP);
}

int remote_end_with_output(void) {
        pid_t parent = getpid(), pid;

        if (isatty(STDOUT_FILENO))
                return 0;
        pid = fork();
        if (pid < 0)
                return log_error(errno, "Failed to watch standard output: %m");
        if (pid == 0) {
                watch_output(parent);
                end_child(EXIT_SUCCESS);
        }
        return 0;
}
