/* SPDX-License-Identifier: MIT */
/* Reading and writing whole files. */
#pragma once

#include "base/buffer.h"

/* More bytes than any file that is read here has; a device may be endless. */
#define READ_FILE_MAX ((size_t)64 * 1024 * 1024)

/* Whether @error (an errno(3) or a negated one) from reading means that the file does not exist, or is not a file of a sensible size: an
 * optional file then counts as missing. Any other error means that the file could not be read. */
bool is_no_file(int error);

/* Whether anything exists at @path, including a dangling symbolic link. A path that cannot be examined counts as missing. */
bool path_exists(const char *path);

/* The path of an open file by its descriptor, proc_pid_fd(5). */
typedef struct FdPath {
        char text[sizeof("/proc/self/fd/") + 10];
} FdPath;

FdPath fd_path(int fd);

/* Creates the directory @path, relative to @parent, unless something exists there. Returns 0, or -1 with errno set. */
MUST_CHECK int make_directory(int parent, const char *path, mode_t mode);

/* Restricts access to the open directory to its owner. Returns 0, or -1 with errno set. */
MUST_CHECK int close_to_others(int directory);

/* Opens the directory @name in @parent without following a symbolic link. Returns NULL, with errno set, on failure. */
DIR *open_directory(int parent, const char *name);

/* Reads at most @size bytes from the start of the file @path. Returns the number of bytes. */
MUST_CHECK ssize_t read_file_start(const char *path, char *ret_text, size_t size);

/* Appends the content of the file @path to @buffer. */
MUST_CHECK int read_file(const char *path, Buffer *buffer);

/* Waits for at most @usec until @fd has something to read or no writer is left; for a pidfd, until the process has ended. Returns
 * -ETIMEDOUT if it takes longer. */
int wait_for_input(int fd, uint64_t usec);

/* Writes all @length bytes of @text to @fd, in as many steps as necessary. Waits for room, even if somebody has made the file
 * non-blocking. */
MUST_CHECK int write_all(int fd, const char *text, size_t length);

/* Closes @fd. Fails if what was written to it may be lost. An interrupted close still closes it. */
MUST_CHECK int close_written(int fd);

/* Flushes standard output. Fails if anything printed since the program started could not be written. */
MUST_CHECK int flush_stdout(void);
