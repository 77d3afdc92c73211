/* SPDX-License-Identifier: MIT */
#include "base/run-program.h"

#ifdef COUNTED
#include <gcov.h>
#endif
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/file.h"

extern char **environ;

/* A file with @text, to be read from its start. */
static int text_file(const Buffer *text) {
        CLEANUP_CLOSE int fd = memfd_create("input", MFD_CLOEXEC);
        int r;

        if (fd < 0)
                return negative_errno();
        if ((r = write_all(fd, text->text, text->length)) < 0)
                return r;
        return lseek(fd, 0, SEEK_SET) < 0 ? negative_errno() : take_fd(&fd);
}

pid_t start_program(char *const arguments[], const Buffer *input, bool quiet) {
        CLEANUP_CLOSE int fd = text_file(input);
        posix_spawn_file_actions_t actions;
        pid_t pid;
        int r;

        if (fd < 0)
                return fd;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        if (quiet)
                posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        r = posix_spawn(&pid, arguments[0], &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        return r == 0 ? pid : -r;
}

int end_program(pid_t pid) {
        int status;

        if (pid < 0)
                return pid;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return negative_errno();
        return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

void end_child(int status) {
#ifdef COUNTED /* tests/coverage/run */
        __gcov_dump();
#endif
        _exit(status);
}
