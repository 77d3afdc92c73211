/* SPDX-License-Identifier: MIT */
#include "state/secrets.h"

#include <inttypes.h>
#include <sys/random.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/siphash.h"
#include "base/words.h"
#include "state/record.h"
#include "systemd/log.h"

/* Hexadecimal digits. */
#define HASH_LENGTH 16

/* What is hashed of a file or directory. */
typedef struct Content {
        Buffer text;
        unsigned files;
} Content;

bool secret_key_read(const char *path, SecretKey *ret_key) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        SecretKey key;
        char text[sizeof(key.bytes) + 1];

        if (read_file_start(arena_join(&arena, path, "/" SECRETS_KEY_FILE), text, sizeof(text)) != sizeof(key.bytes))
                return false;
        memcpy(ret_key->bytes, text, sizeof(ret_key->bytes));
        return true;
}

int secret_key_make(SecretKey *ret_key) {
        CLEANUP_CLOSE int records = -1;
        SecretKey key;
        int r;

        if (secret_key_read(RECORDS_DIRECTORY, ret_key))
                return 0;
        records = records_open();
        if (records < 0)
                return records;
        /* Another start may have been the first. */
        if (secret_key_read(RECORDS_DIRECTORY, ret_key))
                return 0;
        if (getrandom(key.bytes, sizeof(key.bytes), 0) != sizeof(key.bytes))
                return log_error(negative_errno(), "Failed to get random bytes: %m");
        r = record_replace_file(
                records, ".", SECRETS_KEY_FILE, &(Buffer){.text = (char *)key.bytes, .length = sizeof(key.bytes)});
        if (r < 0)
                return r;
        *ret_key = key;
        return 0;
}

static bool append_directory(Content *content, int fd);

/* Opens what may be anything, for reading only if it is of a kind that is read without effect. */
static int open_kind(int fd, mode_t mode) {
        return open(fd_path(fd).text, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (S_ISDIR(mode) ? O_DIRECTORY : 0));
}

static bool append_file(Content *content, int fd) {
        char piece[4096];
        ssize_t n;

        while ((n = read(fd, piece, sizeof(piece))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 || content->text.length + (size_t)n > SECRET_SIZE_MAX)
                        return false;
                buffer_append(&content->text, piece, (size_t)n);
        }
        return true;
}

static bool append_link(Content *content, int fd) {
        char target[PATH_MAX];
        ssize_t n = readlinkat(fd, "", target, sizeof(target));

        if (n >= 0)
                buffer_append(&content->text, target, (size_t)n);
        return n >= 0;
}

/* What is open as @path, with its kind and length before it, so that no two contents have the same text. False: it is no secret. */
/* NOLINTNEXTLINE(misc-no-recursion) ; as deep as there are files */
static bool append_content(Content *content, int path) {
        CLEANUP_CLOSE int fd = -1;
        struct stat status;
        char kind[64];

        if (fstat(path, &status) < 0 || ++content->files > SECRET_FILES_MAX)
                return false;
        buffer_append(&content->text, kind,
                (size_t)snprintf(kind, sizeof(kind), "%o %" PRIdMAX "\n", status.st_mode & S_IFMT,
                        S_ISREG(status.st_mode) ? (intmax_t)status.st_size : 0));
        if (S_ISLNK(status.st_mode))
                return append_link(content, path);
        if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
                return true;
        fd = open_kind(path, status.st_mode);
        if (fd < 0)
                return false;
        return S_ISDIR(status.st_mode) ? append_directory(content, fd) : append_file(content, fd);
}

static int is_entry(const struct dirent *entry) {
        return !is_one_of(entry->d_name, ".", "..");
}

/* NOLINTNEXTLINE(misc-no-recursion) ; as deep as there are files */
static bool append_directory(Content *content, int fd) {
        struct dirent **entries;
        int length = scandir(fd_path(fd).text, &entries, is_entry, alphasort);
        bool is_secret = length >= 0;

        for (int i = 0; i < length; i++) {
                CLEANUP_CLOSE int path = -1;

                if (is_secret) {
                        buffer_append(&content->text, entries[i]->d_name, strlen(entries[i]->d_name) + 1);
                        path = openat(fd, entries[i]->d_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
                        is_secret = path >= 0 && append_content(content, path);
                }
                free(entries[i]);
        }
        if (length >= 0)
                free(entries);
        return is_secret;
}

/* Whether what is at @path is of a kind that can be exchanged under a container that has it. */
static bool is_exchangeable(const char *path, int fd) {
        char real[PATH_MAX];
        struct stat status;

        if (fstat(fd, &status) < 0)
                return false;
        return S_ISREG(status.st_mode) || (S_ISDIR(status.st_mode) && realpath(path, real) && strcmp(real, path) != 0);
}

static bool hash_content(const SecretKey *key, const char *path, uint64_t *ret_hash) {
        CLEANUP_CLOSE int fd = open(path, O_PATH | O_CLOEXEC);
        Content content = {0};
        bool is_secret = fd >= 0 && is_exchangeable(path, fd) && append_content(&content, fd);

        if (is_secret)
                *ret_hash = siphash24(content.text.text, content.text.length, key->bytes);
        buffer_free(&content.text);
        return is_secret;
}

/* Whether the line is that of @path. */
static bool is_of(const char *line, const char *end, const char *path) {
        size_t length = strlen(path);

        return (size_t)(end - line) == HASH_LENGTH + 1 + length && memcmp(end - length, path, length) == 0;
}

static bool has_secret(const Buffer *secrets, const char *path) {
        for_each_line(line, end, secrets) {
                if (is_of(line, end, path))
                        return true;
        }
        return false;
}

void secret_append(Buffer *secrets, const SecretKey *key, const char *path) {
        char hash[HASH_LENGTH + 2];
        uint64_t value;

        if (strchr(path, '\n') || has_secret(secrets, path) || !hash_content(key, path, &value))
                return;
        snprintf(hash, sizeof(hash), "%016" PRIx64 " ", value);
        buffer_append_text(secrets, hash);
        buffer_append_text(secrets, path);
        buffer_append(secrets, "\n", 1);
}

void secret_drop(Buffer *secrets, const char *path) {
        CLEANUP_BUFFER Buffer kept = BUFFER_NULL;

        for_each_line(line, end, secrets) {
                if (!is_of(line, end, path))
                        buffer_append(&kept, line, (size_t)(end + 1 - line));
        }
        secrets->length = 0;
        buffer_append(secrets, kept.text, kept.length);
}

bool secret_has_changed(Arena *arena, const SecretKey *key, const char *root, const char *line, const char *end,
        const char **ret_path) {
        const char *path = line + HASH_LENGTH + 1;
        char hash[HASH_LENGTH + 1];
        uint64_t value;

        *ret_path = NULL;
        if (end - line < HASH_LENGTH + 2 || *path != '/')
                return false;
        *ret_path = arena_copy(arena, path, (size_t)(end - path));
        if (!hash_content(key, arena_join(arena, root, *ret_path), &value))
                return false;
        snprintf(hash, sizeof(hash), "%016" PRIx64, value);
        return strncmp(hash, line, HASH_LENGTH) != 0;
}
