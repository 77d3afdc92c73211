/* SPDX-License-Identifier: MIT */
/* Secrets: files whose content a container has had since its start, while the host may have exchanged them: those of credentials, which
 * systemd-nspawn copies, and what is bound read-only by a path that may lead elsewhere later. The state record has a hash of each: of the
 * content, with a key that is this boot's, so that nobody can guess what is hashed. A line of it is the hash and the path. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* More bytes, or more files in a directory, are not hashed: they are no secret. */
#define SECRET_SIZE_MAX ((size_t)1024 * 1024)
#define SECRET_FILES_MAX 1000

typedef struct SecretKey {
        uint8_t bytes[16];
} SecretKey;

/* Reads the key below the directory @path of the records. False if there is none, so that no hashes can be compared. */
bool secret_key_read(const char *path, SecretKey *ret_key);

/* The same, and creates it if it is missing. */
MUST_CHECK int secret_key_make(SecretKey *ret_key);

/* Appends a line for what is at the host path, if there is none and it is a file, or a directory that a symbolic link leads to: what is in any
 * other one is seen by the container. What is no secret is left out, and what cannot be read, which is logged. */
void secret_append(Buffer *secrets, const SecretKey *key, const char *path);

/* Removes the line of the host path. */
void secret_drop(Buffer *secrets, const char *path);

/* Whether what is at the path of the line, below @root ("" or where the host's files are), has another hash. If it is missing, there is
 * nothing to change to. *ret_path, owned by @arena, is the path in any case; NULL if the line is invalid. */
bool secret_has_changed(
        Arena *arena, const SecretKey *key, const char *root, const char *line, const char *end, const char **ret_path);
