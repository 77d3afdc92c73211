/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <poll.h>

#include "base/clock.h"

bool is_no_file(int error) {
        error = abs(error);
        return error == ENOENT || error == ENOTDIR || error == EISDIR || error == ELOOP || error == ENAMETOOLONG ||
               error == ENXIO || error == EFBIG;
}

static int open_file(const char *path) {
        return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

bool path_exists(const char *path) {
        struct stat status;

        return lstat(path, &status) >= 0;
}

FdPath fd_path(int fd) {
        FdPath path;

        snprintf(path.text, sizeof(path.text), "/proc/self/fd/%i", fd);
        return path;
}

int make_directory(int parent, const char *path, mode_t mode) {
        return mkdirat(parent, path, mode) < 0 && errno != EEXIST ? -1 : 0;
}

int close_to_others(int directory) {
        struct stat status;

        return fstat(directory, &status) < 0 || ((status.st_mode & 077) != 0 && fchmod(directory, 0700) < 0) ? -1 : 0;
}

DIR *open_directory(int parent, const char *name) {
        CLEANUP_CLOSE int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);

        if (directory)
                (void)take_fd(&fd);
        return directory;
}

ssize_t read_file_start(const char *path, char *ret_text, size_t size) {
        CLEANUP_CLOSE int fd = open_file(path);
        size_t length = 0;

        if (fd < 0)
                return negative_errno();
        while (length < size) {
                ssize_t n = read(fd, ret_text + length, size - length);

                if (n == 0)
                        break;
                if (n < 0 && errno != EINTR)
                        return negative_errno();
                length += n > 0 ? (size_t)n : 0;
        }
        return (ssize_t)length;
}

int read_file(const char *path, Buffer *buffer) {
        CLEANUP_CLOSE int fd = open_file(path);
        size_t start = buffer->length;

        if (fd < 0)
                return negative_errno();
        while (buffer->length - start <= READ_FILE_MAX) {
                ssize_t n;

                buffer_reserve(buffer, 4096);
                n = read(fd, buffer->text + buffer->length, buffer->capacity - buffer->length);
                if (n == 0)
                        return 0;
                if (n > 0)
                        buffer->length += (size_t)n;
                else if (errno != EINTR)
                        return negative_errno();
        }
        errno = EFBIG;
        return negative_errno();
}

int wait_for_input(int fd, uint64_t usec) {
        struct pollfd input = {.fd = fd, .events = POLLIN};
        uint64_t since = clock_usec(), passed;
        int r = 0;

        while (r == 0 && (passed = clock_usec() - since) < usec) {
                uint64_t left = (usec - passed) / 1000 + 1;

                r = poll(&input, 1, left < INT_MAX ? (int)left : INT_MAX);
                if (r < 0)
                        r = errno == EINTR ? 0 : negative_errno();
        }
        return r == 0 ? -ETIMEDOUT : r;
}

int write_all(int fd, const char *text, size_t length) {
        while (length > 0) {
                struct pollfd room = {.fd = fd, .events = POLLOUT};
                ssize_t n = write(fd, text, length);

                if (n < 0 && errno == EAGAIN)
                        (void)poll(&room, 1, -1);
                else if (n < 0 && errno != EINTR)
                        return negative_errno();
                if (n > 0) {
                        text += n;
                        length -= (size_t)n;
                }
        }
        return 0;
}

int close_written(int fd) {
        return close(fd) >= 0 || errno == EINTR ? 0 : negative_errno();
}

int flush_stdout(void) {
        /* Of what has failed before it is known no more why. */
        errno = EIO;
        return fflush(stdout) == 0 && !ferror(stdout) ? 0 : negative_errno();
}
