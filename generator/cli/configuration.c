/* SPDX-License-Identifier: MIT */
#include "cli/configuration.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/inside.h"
#include "systemd/log.h"

#define DIRECTORY "etc/nixos"
#define NAME "configuration.nix"
#define NEW_NAME NAME ".new"

/* What is copied at most, as a copy takes memory: so does a file without content. */
#define COPY_MAX ((size_t)64 * 1024 * 1024)
#define ENTRY_SIZE ((size_t)4096)

typedef struct Copy {
        Arena *arena;
        int root;
        bool without_configuration;
        size_t left;
} Copy;

static int open_root(const char *path) {
        return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool configuration_exists(const char *root) {
        int directory = open_root(root), fd;

        if (directory < 0)
                return false;
        fd = inside_open(directory, DIRECTORY "/" NAME, O_PATH);
        close(directory);
        if (fd < 0)
                return false;
        close(fd);
        return true;
}

/* Writes a file that is not there yet. */
static bool write_file(int directory, const char *name, const char *text, size_t length) {
        int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        bool good;

        if (fd < 0)
                return false;
        good = write_all(fd, text, length) >= 0;
        return close_written(fd) >= 0 && good;
}

static bool take(Copy *copy, size_t size) {
        if (size > copy->left) {
                errno = EFBIG;
                return false;
        }
        copy->left -= size;
        return true;
}

static bool copy_file(Copy *copy, int fd, const char *to) {
        Buffer text = BUFFER_NULL;
        bool good = read_file(arena_printf(copy->arena, "/proc/self/fd/%i", fd), &text) >= 0 &&
                    take(copy, text.length) && write_file(AT_FDCWD, to, text.text, text.length);

        buffer_free(&text);
        return good;
}

static bool copy_entry(Copy *copy, const char *path, const char *to);

/* Copies what is in the directory @path of the container, if there is one.
 * NOLINTNEXTLINE(misc-no-recursion) */
static bool copy_content(Copy *copy, const char *path, const char *to) {
        int fd = inside_open(copy->root, path, O_RDONLY | O_DIRECTORY);
        DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
        const struct dirent *entry;
        bool good = true;

        if (fd < 0)
                return is_no_file(errno);
        if (!directory) {
                close(fd);
                return false;
        }
        while (good && (errno = 0, entry = readdir(directory)))
                good = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                       copy_entry(copy, arena_printf(copy->arena, "%s/%s", path, entry->d_name),
                               arena_printf(copy->arena, "%s/%s", to, entry->d_name));
        good = good && errno == 0;
        closedir(directory);
        return good;
}

/* Of a link, what it leads to in the container is copied. What is neither a file nor a directory is left out.
 * NOLINTNEXTLINE(misc-no-recursion) */
static bool copy_entry(Copy *copy, const char *path, const char *to) {
        struct stat status;
        bool good;
        int fd;

        if (copy->without_configuration && strcmp(path, DIRECTORY "/" NAME) == 0)
                return true;
        fd = inside_open(copy->root, path, O_PATH);
        if (fd < 0)
                return is_no_file(errno);
        good = take(copy, ENTRY_SIZE) && fstat(fd, &status) >= 0;
        if (good && S_ISREG(status.st_mode))
                good = copy_file(copy, fd, to);
        else if (good && S_ISDIR(status.st_mode))
                good = mkdir(to, 0700) >= 0 && copy_content(copy, path, to);
        close(fd);
        return good;
}

/* Of a container that was not started yet there may be no root directory. */
static bool copy_directory(Arena *arena, const char *root, const char *to, bool without_configuration) {
        int directory = open_root(root);
        Copy copy = {
                .arena = arena, .root = directory, .without_configuration = without_configuration, .left = COPY_MAX};
        bool good;

        if (directory < 0)
                return errno == ENOENT;
        good = copy_content(&copy, DIRECTORY, to);
        close(directory);
        return good;
}

const char *configuration_copy(Arena *arena, const char *root, const char *to, const char *text) {
        const char *path = arena_join(arena, to, "/" NAME);

        if (mkdir(to, 0700) < 0) {
                log_message(LOG_ERR, "Cannot make %s: %s", to, strerror(errno));
                return NULL;
        }
        if (!copy_directory(arena, root, to, text != NULL)) {
                log_message(LOG_ERR, "Cannot copy %s/" DIRECTORY " to build from it: %s", root,
                        errno == EFBIG ? "there are more than 64 MiB in it" : strerror(errno));
                return NULL;
        }
        if (!text || write_file(AT_FDCWD, path, text, strlen(text)))
                return path;
        log_message(LOG_ERR, "Cannot write %s: %s", path, strerror(errno));
        return NULL;
}

static void log_unwritten(const char *root) {
        log_message(LOG_ERR, "Cannot write %s/" DIRECTORY "/" NAME ": %s", root, strerror(errno));
}

int configuration_begin(const char *root, const char *text) {
        int root_fd = open_root(root), directory = -1;

        if (root_fd >= 0) {
                directory = inside_make_directory(root_fd, DIRECTORY, 0755, NULL);
                close(root_fd);
        }
        /* One that was interrupted may have left it behind. */
        if (directory >= 0)
                (void)unlinkat(directory, NEW_NAME, 0);
        if (directory >= 0 && write_file(directory, NEW_NAME, text, strlen(text)))
                return directory;
        log_unwritten(root);
        if (directory >= 0)
                (void)configuration_end(root, directory, false);
        return -1;
}

bool configuration_end(const char *root, int directory, bool keep) {
        bool kept = keep && renameat(directory, NEW_NAME, directory, NAME) >= 0;

        if (keep && !kept)
                log_unwritten(root);
        if (!kept)
                (void)unlinkat(directory, NEW_NAME, 0);
        close(directory);
        return kept || !keep;
}
