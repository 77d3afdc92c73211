/* Writing a whole text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Writes all @length bytes of @text to @fd, in as many steps as it takes. False, with errno set, if that fails. */
bool write_all(int fd, const char *text, size_t length);
