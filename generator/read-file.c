#include "read-file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

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
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        bool read;
        int error;

        if (fd < 0)
                return false;
        read = read_all(fd, buffer);
        error = errno;
        close(fd);
        errno = error;
        return read;
}
