/* Writing a whole text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Writes all @length bytes of @text to @fd, in as many steps as it takes. False, with errno set, if that fails. */
bool write_all(int fd, const char *text, size_t length);

/* Closes @fd. False, with errno set, if what was written to it may be lost; one whose close is interrupted is closed all the same. */
bool close_written(int fd);

/* Writes what was printed to standard output. False if not all of it, since the program runs, could be written; that was logged. */
bool flush_stdout(void);
