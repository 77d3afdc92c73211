/* SPDX-License-Identifier: MIT */
#include "cli/configuration.h"

#include "base/file.h"
#include "base/inside.h"
#include "base/words.h"
#include "cli/nix-build.h"
#include "systemd/log.h"

#define DIRECTORY "etc/nixos"
#define NAME "configuration.nix"
#define NEW_NAME NAME ".new"

/* What is copied at most, as a copy takes memory: so does a file without content. */
#define COPY_MAX ((ssize_t)64 * 1024 * 1024)
#define ENTRY_SIZE 4096

typedef struct Copy {
        Arena *arena;
        int root;
        bool without_configuration;
        ssize_t left; /* below 0: it is too much */
} Copy;

static int open_root(const char *path) {
        return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

const char *configuration_text(Arena *arena, const char *name, const char *options, const char *file) {
        const char *module = "", *import = "";

        if (options)
                module = arena_printf(
                        arena, "    (\n      { config, lib, pkgs, ... }:\n      {\n%s\n      }\n    )\n", options);
        if (file)
                import = arena_printf(arena, "    (/. + %s)\n", nix_quote(arena, file));
        return arena_printf(arena,
                "{ lib, options, ... }:\n\n{\n  imports = [\n%s%s  ];\n\n"
                "  boot = {\n    isContainer = true;\n  }\n"
                "  // lib.optionalAttrs (options.boot ? isNspawnContainer) { isNspawnContainer = true; };\n"
                "  networking.hostName = lib.mkDefault %s;\n"
                "  networking.useDHCP = false;\n"
                "}\n",
                module, import, nix_quote(arena, name));
}

bool configuration_exists(const char *root) {
        CLEANUP_CLOSE int directory = open_root(root), fd = -1;

        if (directory >= 0)
                fd = inside_open(directory, DIRECTORY "/" NAME, O_PATH);
        return fd >= 0;
}

static int write_new_file(int directory, const char *name, const char *text, size_t length) {
        CLEANUP_CLOSE int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        int r = fd < 0 ? negative_errno() : write_all(fd, text, length);

        return r < 0 ? r : close_written(take_fd(&fd));
}

static int copy_file(Copy *copy, int fd, const char *to) {
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        int r = read_file(fd_path(fd).text, &text);

        if (r >= 0 && (copy->left -= (ssize_t)text.length) < 0)
                r = -EFBIG;
        return r < 0 ? r : write_new_file(AT_FDCWD, to, text.text, text.length);
}

static int copy_entry(Copy *copy, const char *path, const char *to);

/* Copies what is in the directory @path of the container, if there is one.
 * NOLINTNEXTLINE(misc-no-recursion) */
static int copy_content(Copy *copy, const char *path, const char *to) {
        CLEANUP_CLOSE int fd = inside_open(copy->root, path, O_RDONLY | O_DIRECTORY);
        CLEANUP_CLOSEDIR DIR *directory = NULL;
        const struct dirent *entry;
        int r = 0;

        if (fd < 0)
                return is_no_file(errno) ? 0 : negative_errno();
        directory = fdopendir(fd);
        if (!directory)
                return negative_errno();
        fd = -1;
        while (r >= 0 && (errno = 0, entry = readdir(directory)))
                if (!is_one_of(entry->d_name, ".", ".."))
                        r = copy_entry(copy, arena_printf(copy->arena, "%s/%s", path, entry->d_name),
                                arena_printf(copy->arena, "%s/%s", to, entry->d_name));
        return r >= 0 && errno != 0 ? negative_errno() : r;
}

/* Of a link, what it leads to in the container is copied. What is neither a file nor a directory is left out.
 * NOLINTNEXTLINE(misc-no-recursion) */
static int copy_entry(Copy *copy, const char *path, const char *to) {
        CLEANUP_CLOSE int fd = -1;
        struct stat status;

        if (copy->without_configuration && strcmp(path, DIRECTORY "/" NAME) == 0)
                return 0;
        fd = inside_open(copy->root, path, O_PATH);
        if (fd < 0)
                return is_no_file(errno) ? 0 : negative_errno();
        if ((copy->left -= ENTRY_SIZE) < 0)
                return -EFBIG;
        if (fstat(fd, &status) < 0)
                return negative_errno();
        if (S_ISREG(status.st_mode))
                return copy_file(copy, fd, to);
        if (!S_ISDIR(status.st_mode))
                return 0;
        return mkdir(to, 0700) < 0 ? negative_errno() : copy_content(copy, path, to);
}

int configuration_copy(Arena *arena, const char *root, const char *to, const char *text, const char **ret_path) {
        const char *path = arena_join(arena, to, "/" NAME);
        CLEANUP_CLOSE int directory = -1;
        Copy copy = {.arena = arena, .without_configuration = text, .left = COPY_MAX};
        int r;

        if (mkdir(to, 0700) < 0)
                return log_error(errno, "Failed to create %s: %m", to);
        copy.root = directory = open_root(root);
        /* Of a container that was not started yet there may be no root directory. */
        if (directory < 0)
                r = errno == ENOENT ? 0 : negative_errno();
        else
                r = copy_content(&copy, DIRECTORY, to);
        if (r == -EFBIG)
                return log_error(r, "Failed to copy %s/" DIRECTORY " for the build: larger than 64 MiB", root);
        if (r < 0)
                return log_error(r, "Failed to copy %s/" DIRECTORY " for the build: %m", root);
        r = text ? write_new_file(AT_FDCWD, path, text, strlen(text)) : 0;
        if (r < 0)
                return log_error(r, "Failed to write %s: %m", path);
        *ret_path = path;
        return 0;
}

static int log_unwritten(const char *root, int error) {
        return log_error(error, "Failed to write %s/" DIRECTORY "/" NAME ": %m", root);
}

int configuration_begin(const char *root, const char *text) {
        CLEANUP_CLOSE int root_fd = open_root(root), directory = -1;
        int r;

        if (root_fd < 0)
                return log_unwritten(root, errno);
        directory = inside_make_directory(root_fd, DIRECTORY, 0755, NULL);
        if (directory < 0)
                return log_unwritten(root, errno);
        /* One that was interrupted may have left it behind. */
        (void)unlinkat(directory, NEW_NAME, 0);
        r = write_new_file(directory, NEW_NAME, text, strlen(text));
        if (r >= 0)
                return take_fd(&directory);
        (void)unlinkat(directory, NEW_NAME, 0);
        return log_unwritten(root, r);
}

int configuration_end(const char *root, int directory, bool keep) {
        CLEANUP_CLOSE int closed = directory;
        int r = 0;

        if (keep && renameat(directory, NEW_NAME, directory, NAME) < 0)
                r = log_unwritten(root, errno);
        if (!keep || r < 0)
                (void)unlinkat(directory, NEW_NAME, 0);
        return r;
}
