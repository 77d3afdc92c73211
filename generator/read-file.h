/* Reading a whole file. */
#pragma once

#include <stdbool.h>

#include "buffer.h"

/* Appends the content of the file @path to @buffer. False, with errno set, if it cannot be read. */
bool read_file(const char *path, Buffer *buffer);
