#include "base/write-all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "systemd/log.h"

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

bool close_written(int fd) {
        return close(fd) >= 0 || errno == EINTR;
}

bool flush_stdout(void) {
        /* Of what has failed before it is known no more why. */
        errno = EIO;
        if (fflush(stdout) == 0 && !ferror(stdout))
                return true;
        log_message(LOG_ERR, "standard output: %s", strerror(errno));
        return false;
}
