/* SPDX-License-Identifier: MIT */
/* Reading and writing whole files. */
#pragma once

#include "base/buffer.h"

/* More bytes than any file that is read here has; a device may have no end. */
#define READ_FILE_MAX ((size_t)64 * 1024 * 1024)

/* Whether @error, an errno(3) or a negative one, of reading says that there is no such file, or something else than a file of a sensible size: a file that
 * need not be there does not count then. Any other says that the file could not be read. */
bool is_no_file(int error);

/* Whether there is anything at @path, be it a link that leads nowhere. What cannot be looked at does not count. */
bool path_exists(const char *path);

/* What an open file is found at by its descriptor, proc_pid_fd(5). */
typedef struct FdPath {
        char text[sizeof("/proc/self/fd/") + 10];
} FdPath;

FdPath fd_path(int fd);

/* Makes the directory @path, seen from @parent, unless something is there. Returns 0, or -1 with errno set. */
MUST_CHECK int make_directory(int parent, const char *path, mode_t mode);

/* Leaves the open directory to its user alone. Returns 0, or -1 with errno set. */
MUST_CHECK int close_to_others(int directory);

/* Opens the directory @name in @parent, and not one that a link leads to. NULL, with errno set, if that fails. */
DIR *open_directory(int parent, const char *name);

/* Reads at most @size bytes of the start of the file @path. Returns how many. */
MUST_CHECK ssize_t read_file_start(const char *path, char *ret_text, size_t size);

/* Appends the content of the file @path to @buffer. */
MUST_CHECK int read_file(const char *path, Buffer *buffer);

/* Waits for @usec at most until there is something to read from @fd, or nobody is left who could write it; of a pidfd, until the process has
 * ended. -ETIMEDOUT: it took longer. */
int wait_for_input(int fd, uint64_t usec);

/* Writes all @length bytes of @text to @fd, in as many steps as it takes. Where there is no room, it waits, be it that somebody has made the
 * file non-blocking. */
MUST_CHECK int write_all(int fd, const char *text, size_t length);

/* Closes @fd. Fails if what was written to it may be lost; one whose close is interrupted is closed all the same. */
MUST_CHECK int close_written(int fd);

/* Writes what was printed to standard output. Fails if not all of it, since the program runs, could be written. */
MUST_CHECK int flush_stdout(void);
