#include "write-all.h"

#include <errno.h>
#include <unistd.h>

bool write_all(int fd, const char *text, size_t length) {
        while (length > 0) {
                ssize_t n = write(fd, text, length);

                if (n < 0 && errno != EINTR)
                        return false;
                if (n > 0) {
                        text += n;
                        length -= (size_t)n;
                }
        }
        return true;
}
