/* SPDX-License-Identifier: MIT */
#include "runtime/root-directory.h"

#include <sys/mount.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/inside.h"
#include "base/lines.h"
#include "base/path.h"
#include "base/words.h"
#include "state/record.h"
#include "state/removal.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

/* The user, and group, of what the root of the host makes on a mount that systemd-nspawn has ID-mapped. systemd,
 * src/basic/user-util.h, UID_MAPPED_ROOT */
#define MAPPED_ROOT ((uid_t)0x7ffffffe)

/* machine-id(5) */
#define MACHINE_ID_LENGTH 32

/* Gives @name in @directory, or itself if that is "", to the container's root if systemd-nspawn has made it. */
static void give_back(int directory, const char *name) {
        const int flags = AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH);
        struct stat status;
        int r = fstatat(directory, name, &status, flags);

        if (r < 0 && errno == ENOENT)
                return;
        if (r >= 0 && (status.st_uid == MAPPED_ROOT || status.st_gid == MAPPED_ROOT))
                r = fchownat(directory, name, status.st_uid == MAPPED_ROOT ? 0 : status.st_uid,
                        status.st_gid == MAPPED_ROOT ? 0 : status.st_gid, flags);
        if (r < 0)
                log_message(LOG_WARNING, "Failed to restore the ownership of %s in the container: %s",
                        *name ? name : "a directory", strerror(errno));
}

/* The files that it makes in /etc. */
static void give_back_files(int root) {
        CLEANUP_CLOSE int etc = inside_open(root, "etc", O_PATH | O_DIRECTORY);

        if (etc >= 0) {
                give_back(etc, "localtime");
                give_back(etc, "resolv.conf");
        } else if (!is_no_file(errno)) {
                log_message(LOG_WARNING, "Failed to restore the ownership of files in /etc of the container: %s",
                        strerror(errno));
        }
}

static void give_back_directory(int directory) {
        give_back(directory, "");
}

typedef struct Root {
        Arena arena;
        const char *container;
        const char *directory;
        int fd;
} Root;

static void root_free(Root *root) {
        cleanup_close(&root->fd);
        arena_free(&root->arena);
}

/* Makes the directory @path, and says so if it cannot be. */
static int make(Root *root, const char *path, mode_t mode) {
        CLEANUP_CLOSE int fd = inside_make_directory(root->fd, path, mode, give_back_directory);

        return fd < 0 ? log_error(negative_errno(),
                                "Container %s cannot start: failed to create the directory %s in %s: %m",
                                root->container, path, root->directory)
                      : 0;
}

/* Makes those of the record: d "DIRECTORY/PATH" :MODE … */
static int make_recorded(Root *root) {
        size_t length = strlen(root->directory);
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        int result = record_read(root->container, RECORD_TMPFILES, &text);

        for_each_line(line, end, &text) {
                const char *path = line + strlen(FILES_MAKE_QUOTED), *quote;

                if (!is_in_root_directory(line, end) || (size_t)(end - path) <= length ||
                        memcmp(path, root->directory, length) != 0)
                        continue;
                path += length;
                quote = memchr(path, '"', (size_t)(end - path));
                if (quote && (size_t)(end - quote) > strlen("\" :"))
                        keep_failure(&result, make(root, arena_copy(&root->arena, path, (size_t)(quote - path)),
                                                      (mode_t)strtoul(quote + strlen("\" :"), NULL, 8)));
        }
        return result;
}

/* Makes the mount points of temporary file systems. */
static int make_mount_points(Root *root, char *const arguments[]) {
        int result = 0;

        for (; *arguments; arguments++) {
                const char *tmpfs = text_behind(*arguments, "--tmpfs=");

                if (tmpfs)
                        keep_failure(&result, make(root, nspawn_parts(&root->arena, tmpfs).part[0], 0755));
        }
        return result;
}

/* The root of an ephemeral container is a file system of its own: it cannot fill that of /run, which all of the host needs. Its flags are
 * those of /run. */
static int mount_root(const char *directory) {
        return text_behind(directory, EPHEMERAL_ROOTS)
                       ? mount("nixos-container", directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")
                       : 0;
}

/* Makes the directory that the root directories are in. What is in these is nothing for the host's users: a program there may be one that
 * makes root of them. One that is a link was put there by hand. */
static void make_parent(const char *parent) {
        CLEANUP_CLOSE int fd = -1;

        if (make_directory(AT_FDCWD, parent, 0700) >= 0)
                fd = open(parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0 && close_to_others(fd) < 0)
                log_message(LOG_WARNING, "Failed to restrict access to %s: %s", parent, strerror(errno));
}

/* Opens the root directory, which is made if it is missing. */
static int open_root(Root *root) {
        const char *slash = strrchr(root->directory, '/');

        make_parent(arena_copy(&root->arena, root->directory, (size_t)(slash - root->directory)));
        if (make_directory(AT_FDCWD, root->directory, 0755) < 0 || mount_root(root->directory) < 0 ||
                (root->fd = open(root->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
                return log_error(
                        negative_errno(), "Container %s cannot start: %s: %m", root->container, root->directory);
        return 0;
}

/* Whether what is at @path in the root directory is a directory, or not there. */
static bool is_directory_or_missing(int root, const char *path) {
        CLEANUP_CLOSE int fd = inside_open_without_links(root, path, O_PATH | O_DIRECTORY);

        return fd >= 0 || errno == ENOENT;
}

/* What systemd-nspawn and a start make, they make below these; systemd-nspawn follows links there that lead to the host. */
static int check_places(const Root *root) {
        const char *refused = NULL;
        int result = 0;

        for (const char *const *place = nspawn_places; *place; place++) {
                /* What is below one that is refused is no other. */
                if ((refused && path_is_below(*place, refused)) || is_directory_or_missing(root->fd, *place))
                        continue;
                refused = *place;
                keep_failure(&result,
                        log_error(errno,
                                "Container %s cannot start: %s/%s is not a directory; the container may have replaced "
                                "it to redirect the start. To start without it, run: mv -T %s/%s %s/%s.away",
                                root->container, root->directory, *place, root->directory, *place, root->directory,
                                *place));
        }
        return result;
}

/* The host has the journal of a container under the machine ID that is in the container. systemd-nspawn would replace the link of another
 * container that has the same. */
static bool has_journal_of_another(const Root *root) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        char id[MACHINE_ID_LENGTH + 1], target[PATH_MAX];
        ssize_t length = inside_read(root->fd, "etc/machine-id", id, MACHINE_ID_LENGTH);

        if (length != MACHINE_ID_LENGTH)
                return false;
        id[length] = '\0';
        if (strspn(id, "0123456789abcdef") != MACHINE_ID_LENGTH)
                return false;
        length = readlink(arena_join(&arena, "/var/log/journal/", id), target, sizeof(target) - 1);
        if (length < 0)
                return false;
        target[length] = '\0';
        return strcmp(target, arena_printf(&arena, "%s/var/log/journal/%s", root->directory, id)) != 0 &&
               path_exists(target);
}

static void keep_journal_off(char *arguments[]) {
        for (; *arguments; arguments++)
                if (text_behind(*arguments, "--link-journal="))
                        *arguments = (char *)"--link-journal=no";
}

/* systemd-nspawn makes the directory of the journal, too, and follows symbolic links on the host. The container does without the link
 * then. */
static int keep_journal_inside(const Root *root, char *arguments[]) {
        static const char journal[] = "var/log/journal";
        CLEANUP_CLOSE int fd = -1;

        if (has_journal_of_another(root)) {
                log_message(LOG_WARNING,
                        "Container %s: not linking its journal, as another container has the same machine ID.",
                        root->container);
                keep_journal_off(arguments);
        }
        fd = inside_open_without_links(root->fd, journal, O_PATH);
        if (fd >= 0)
                return 0;
        if (!is_no_file(errno))
                return log_error(negative_errno(), "Container %s cannot start: %s in %s: %m", root->container, journal,
                        root->directory);
        if (errno == ELOOP)
                keep_journal_off(arguments);
        return 0;
}

int remove_ephemeral_root(const char *directory) {
        while (umount2(directory, MNT_DETACH | UMOUNT_NOFOLLOW) >= 0)
                ;
        return remove_directory_tree(directory);
}

int prepare_root_directory(const char *container, char *arguments[]) {
        CLEANUP(root_free)
        Root root = {.container = container, .directory = nspawn_value(arguments, "--directory="), .fd = -1};
        int r;

        if (!root.directory || !strchr(root.directory, '/'))
                return 0;
        r = open_root(&root);
        if (r < 0)
                return r;
        r = check_places(&root);
        if (r < 0)
                return r;
        give_back_files(root.fd);
        /* All that is wrong is said. */
        r = keep_journal_inside(&root, arguments);
        keep_failure(&r, make_recorded(&root));
        if (nspawn_shifts_users(arguments))
                keep_failure(&r, make_mount_points(&root, arguments));
        return r;
}
