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

typedef struct HashText {
        char text[HASH_LENGTH + 1];
} HashText;

/* What is hashed of a file or directory. */
typedef struct Content {
        Buffer text;
        unsigned files;
} Content;

static void content_free(Content *content) {
        buffer_free(&content->text);
}

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

/* These return 1, or 0 if it is no secret. */
static int append_directory(Content *content, int fd);

static int append_file(Content *content, int fd) {
        char piece[4096];
        ssize_t n;

        while ((n = read(fd, piece, sizeof(piece))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return negative_errno();
                if (content->text.length + (size_t)n > SECRET_SIZE_MAX)
                        return 0;
                buffer_append(&content->text, piece, (size_t)n);
        }
        return 1;
}

static int append_link(Content *content, int fd) {
        char target[PATH_MAX];
        ssize_t n = readlinkat(fd, "", target, sizeof(target));

        if (n < 0)
                return negative_errno();
        buffer_append(&content->text, target, (size_t)n);
        return 1;
}

/* What is open as @path, with its kind and length before it, so that no two contents have the same text. */
/* NOLINTNEXTLINE(misc-no-recursion) ; as deep as there are files */
static int append_content(Content *content, int path) {
        CLEANUP_CLOSE int fd = -1;
        struct stat status;
        char kind[64];
        bool is_directory;

        if (fstat(path, &status) < 0)
                return negative_errno();
        if (++content->files > SECRET_FILES_MAX ||
                (S_ISREG(status.st_mode) && (size_t)status.st_size > SECRET_SIZE_MAX))
                return 0;
        is_directory = S_ISDIR(status.st_mode);
        buffer_append(&content->text, kind,
                (size_t)snprintf(kind, sizeof(kind), "%o %" PRIdMAX "\n", status.st_mode & S_IFMT,
                        S_ISREG(status.st_mode) ? (intmax_t)status.st_size : 0));
        if (S_ISLNK(status.st_mode))
                return append_link(content, path);
        if (!S_ISREG(status.st_mode) && !is_directory)
                return 1;
        fd = is_directory ? open(fd_path(path).text, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                          : open(fd_path(path).text, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return negative_errno();
        return is_directory ? append_directory(content, fd) : append_file(content, fd);
}

/* NOLINTNEXTLINE(misc-no-recursion) ; as deep as there are files */
static int append_entry(Content *content, int directory, const char *name) {
        CLEANUP_CLOSE int path = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

        if (path < 0)
                return negative_errno();
        buffer_append(&content->text, name, strlen(name) + 1);
        return append_content(content, path);
}

static int is_entry(const struct dirent *entry) {
        return !is_one_of(entry->d_name, ".", "..");
}

/* NOLINTNEXTLINE(misc-no-recursion) ; as deep as there are files */
static int append_directory(Content *content, int fd) {
        struct dirent **entries;
        int length = scandir(fd_path(fd).text, &entries, is_entry, alphasort), r = length < 0 ? negative_errno() : 1;

        for (int i = 0; i < length; i++) {
                if (r > 0)
                        r = append_entry(content, fd, entries[i]->d_name);
                free(entries[i]);
        }
        if (length >= 0)
                free(entries);
        return r;
}

/* Whether what is at @path is of a kind that can be exchanged under a container that has it. Of a directory it counts which one that is: what
 * is in the one before is deleted once there is another. */
static int append_kind(Content *content, const char *path, int fd) {
        char real[PATH_MAX], identity[64];
        struct stat status;

        if (fstat(fd, &status) < 0)
                return negative_errno();
        if (!S_ISDIR(status.st_mode))
                return S_ISREG(status.st_mode);
        if (!realpath(path, real))
                return negative_errno();
        buffer_append(&content->text, identity,
                (size_t)snprintf(
                        identity, sizeof(identity), "%ju %ju\n", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino));
        return strcmp(real, path) != 0;
}

/* Returns 1, or 0 if it is no secret. Failures are logged, but for -ENOENT. */
static int hash_content(const SecretKey *key, const char *path, HashText *ret_hash) {
        CLEANUP_CLOSE int fd = open(path, O_PATH | O_CLOEXEC);
        CLEANUP(content_free) Content content = {0};
        int r = fd < 0 ? negative_errno() : append_kind(&content, path, fd);

        if (r > 0)
                r = append_content(&content, fd);
        if (r > 0)
                snprintf(ret_hash->text, sizeof(ret_hash->text), "%016" PRIx64,
                        siphash24(content.text.text, content.text.length, key->bytes));
        if (r >= 0 || r == -ENOENT)
                return r;
        errno = -r;
        log_message(LOG_WARNING, "Failed to read %s, so changes of it are not noticed: %m", path);
        return r;
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
        HashText hash;

        if (strchr(path, '\n') || has_secret(secrets, path) || hash_content(key, path, &hash) <= 0)
                return;
        buffer_append_text(secrets, hash.text);
        buffer_append_text(secrets, " ");
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
        HashText hash;
        int r;

        *ret_path = NULL;
        if (end - line < HASH_LENGTH + 2 || *path != '/')
                return false;
        *ret_path = arena_copy(arena, path, (size_t)(end - path));
        r = hash_content(key, arena_join(arena, root, *ret_path), &hash);
        /* What is too much for a secret by now was another one before. */
        return r == 0 || (r > 0 && strncmp(hash.text, line, HASH_LENGTH) != 0);
}
