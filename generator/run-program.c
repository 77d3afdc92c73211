#include "run-program.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

extern char **environ;

int run_program(char *const arguments[], const Buffer *input) {
        posix_spawn_file_actions_t actions;
        int fd = memfd_create("input", MFD_CLOEXEC), status = -1;
        pid_t pid;
        int r;

        if (fd < 0 || write(fd, input->text, input->length) != (ssize_t)input->length || lseek(fd, 0, SEEK_SET) < 0) {
                log_message(LOG_ERR, "%s: %s", arguments[0], strerror(errno));
                if (fd >= 0)
                        close(fd);
                return -1;
        }
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        r = posix_spawn(&pid, arguments[0], &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        close(fd);
        if (r != 0) {
                log_message(LOG_ERR, "%s: %s", arguments[0], strerror(r));
                return -1;
        }
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
