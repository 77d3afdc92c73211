/* Reading a whole file. */
#pragma once

#include <stdbool.h>

#include "buffer.h"

/* More bytes than any file that is read here has; a device may have no end. */
#define READ_FILE_MAX ((size_t)64 * 1024 * 1024)

/* Appends the content of the file @path to @buffer. False, with errno set, if it cannot be read. */
bool read_file(const char *path, Buffer *buffer);
