#include "base/read-file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool is_no_file(int error) {
        switch (error) {
        case ENOENT:
        case ENOTDIR:
        case EISDIR:
        case ELOOP:
        case ENAMETOOLONG:
        case ENXIO:
        case EFBIG:
                return true;
        default:
                return false;
        }
}

static int open_file(const char *path) {
        return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* Closes @fd and leaves errno as it is. */
static void close_file(int fd) {
        int error = errno;

        close(fd);
        errno = error;
}

ssize_t read_file_start(const char *path, char *ret_text, size_t size) {
        int fd = open_file(path);
        size_t length = 0;
        ssize_t n = 1;

        if (fd < 0)
                return -1;
        while (n != 0 && length < size) {
                n = read(fd, ret_text + length, size - length);
                if (n < 0 && errno != EINTR)
                        break;
                length += n > 0 ? (size_t)n : 0;
        }
        close_file(fd);
        return n < 0 ? -1 : (ssize_t)length;
}

static bool read_all(int fd, Buffer *buffer) {
        size_t start = buffer->length;

        for (;;) {
                ssize_t n;

                if (buffer->length - start > READ_FILE_MAX) {
                        errno = EFBIG;
                        return false;
                }
                buffer_reserve(buffer, 4096);
                n = read(fd, buffer->text + buffer->length, buffer->capacity - buffer->length);
                if (n == 0)
                        return true;
                if (n > 0)
                        buffer->length += (size_t)n;
                else if (errno != EINTR)
                        return false;
        }
}

bool read_file(const char *path, Buffer *buffer) {
        int fd = open_file(path);
        bool read;

        if (fd < 0)
                return false;
        read = read_all(fd, buffer);
        close_file(fd);
        return read;
}
