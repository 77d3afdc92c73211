#include "base/run-program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/write-all.h"
#include "systemd/log.h"

extern char **environ;

pid_t start_program(char *const arguments[], const Buffer *input, bool quiet) {
        posix_spawn_file_actions_t actions;
        int fd = memfd_create("input", MFD_CLOEXEC);
        pid_t pid;
        int r;

        if (fd < 0 || !write_all(fd, input->text, input->length) || lseek(fd, 0, SEEK_SET) < 0) {
                log_message(LOG_ERR, "%s: %s", arguments[0], strerror(errno));
                if (fd >= 0)
                        close(fd);
                return -1;
        }
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        if (quiet)
                posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        r = posix_spawn(&pid, arguments[0], &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        close(fd);
        if (r != 0) {
                log_message(LOG_ERR, "%s: %s", arguments[0], strerror(r));
                return -1;
        }
        return pid;
}

int end_program(pid_t pid) {
        int status = -1;

        if (pid < 0)
                return -1;
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int run_program(char *const arguments[], const Buffer *input) {
        return end_program(start_program(arguments, input, false));
}
