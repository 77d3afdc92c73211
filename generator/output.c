#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

bool output_open(Output *output, const char *directory) {
        *output = (Output){.directory = directory, .subdirectory_fd = -1};
        output->fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (output->fd < 0)
                log_message(LOG_ERR, "%s: %s", directory, strerror(errno));
        return output->fd >= 0;
}

void output_open_stdout(Output *output, const char *directory) {
        *output = (Output){.directory = directory, .fd = -1, .subdirectory_fd = -1};
}

static void fail(Output *output, const char *subdirectory, const char *name) {
        output->failed = true;
        log_message(LOG_ERR, "%s/%s%s%s: %s", output->directory, subdirectory ? subdirectory : "",
                subdirectory ? "/" : "", name, strerror(errno));
}

static int open_subdirectory(Output *output, const char *subdirectory) {
        if (!subdirectory)
                return output->fd;
        if (output->subdirectory && strcmp(output->subdirectory, subdirectory) == 0)
                return output->subdirectory_fd;

        if (output->subdirectory_fd >= 0)
                close(output->subdirectory_fd);
        output->subdirectory = NULL;
        output->subdirectory_fd = -1;
        if (mkdirat(output->fd, subdirectory, 0755) < 0 && errno != EEXIST)
                return -1;
        output->subdirectory_fd = openat(output->fd, subdirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (output->subdirectory_fd >= 0)
                output->subdirectory = subdirectory;
        return output->subdirectory_fd;
}

static bool write_all(int fd, const char *text, size_t length) {
        while (length > 0) {
                ssize_t n = write(fd, text, length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return false;
                text += n;
                length -= (size_t)n;
        }
        return true;
}

static void print(Output *output, const char *subdirectory, const char *name, const Buffer *text) {
        printf("# %s/%s%s%s\n%.*s\n", output->directory, subdirectory ? subdirectory : "", subdirectory ? "/" : "",
                name, (int)text->length, text->text);
        if (ferror(stdout))
                fail(output, subdirectory, name);
}

void output_write(Output *output, const char *subdirectory, const char *name, const Buffer *text) {
        int directory, fd;
        bool written;

        if (output->fd < 0) {
                print(output, subdirectory, name, text);
                return;
        }

        directory = open_subdirectory(output, subdirectory);
        if (directory < 0) {
                fail(output, NULL, subdirectory);
                return;
        }
        fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0) {
                fail(output, subdirectory, name);
                return;
        }
        written = write_all(fd, text->text, text->length);
        if (!written)
                fail(output, subdirectory, name);
        if (close(fd) < 0 && errno != EINTR && written) {
                fail(output, subdirectory, name);
                written = false;
        }
        if (!written)
                unlinkat(directory, name, 0);
}

void output_close(Output *output) {
        if (output->fd < 0 && (fflush(stdout) != 0 || ferror(stdout)) && !output->failed)
                fail(output, NULL, "standard output");
        if (output->subdirectory_fd >= 0)
                close(output->subdirectory_fd);
        if (output->fd >= 0)
                close(output->fd);
}
