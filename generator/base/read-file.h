/* Reading a whole file. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"

/* More bytes than any file that is read here has; a device may have no end. */
#define READ_FILE_MAX ((size_t)64 * 1024 * 1024)

/* Whether @error, of one of these, says that there is no such file, or something else than a file of a sensible size: a file that
 * need not be there does not count then. Any other says that the file could not be read. */
bool is_no_file(int error);

/* Reads at most @size bytes of the start of the file @path. Returns how many, or -1 with errno set. */
ssize_t read_file_start(const char *path, char *ret_text, size_t size);

/* Appends the content of the file @path to @buffer. False, with errno set, if it cannot be read. */
bool read_file(const char *path, Buffer *buffer);
