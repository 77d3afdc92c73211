/* SPDX-License-Identifier: MIT */
#include "runtime/root-directory.h"

#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/inside.h"
#include "base/lines.h"
#include "state/record.h"
#include "state/removal.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

/* The user, and group, of what the root of the host makes on a mount that systemd-nspawn has ID-mapped. systemd,
 * src/basic/user-util.h, UID_MAPPED_ROOT */
#define MAPPED_ROOT ((uid_t)0x7ffffffe)

/* Gives @name in @directory, or itself if that is "", to the container's root if systemd-nspawn has made it. */
static void give_back(int directory, const char *name) {
        const int flags = AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH);
        struct stat status;
        bool good;

        if (fstatat(directory, name, &status, flags) < 0)
                good = errno == ENOENT;
        else
                good = (status.st_uid != MAPPED_ROOT && status.st_gid != MAPPED_ROOT) ||
                       fchownat(directory, name, status.st_uid == MAPPED_ROOT ? 0 : status.st_uid,
                               status.st_gid == MAPPED_ROOT ? 0 : status.st_gid, flags) >= 0;
        if (!good)
                log_message(LOG_WARNING, "%s in the container stays nobody's: %s", *name ? name : "A directory",
                        strerror(errno));
}

/* The files that it makes in /etc. */
static void give_back_files(int root) {
        static const char *const names[] = {"localtime", "resolv.conf"};
        int etc = inside_open(root, "etc", O_PATH | O_DIRECTORY);

        if (etc < 0) {
                if (!is_no_file(errno))
                        log_message(
                                LOG_WARNING, "What is in etc in the container may stay nobody's: %s", strerror(errno));
                return;
        }
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                give_back(etc, names[i]);
        close(etc);
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

/* Makes the directory @path, and says so if it cannot be. */
static bool make(Root *root, const char *path, mode_t mode) {
        int fd = inside_make_directory(root->fd, path, mode, give_back_directory);

        if (fd >= 0) {
                close(fd);
                return true;
        }
        log_message(LOG_ERR, "Container %s cannot start: the directory %s cannot be made in %s: %s", root->container,
                path, root->directory, strerror(errno));
        return false;
}

/* Makes those of the record: d "DIRECTORY/PATH" :MODE … */
static bool make_recorded(Root *root) {
        size_t length = strlen(root->directory);
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        bool good = record_read(root->container, RECORD_TMPFILES, &text) >= 0;

        for_each_line(line, end, &text) {
                const char *path = line + strlen(FILES_MAKE_QUOTED), *quote;

                if (!is_in_root_directory(line, end) || (size_t)(end - path) <= length ||
                        memcmp(path, root->directory, length) != 0)
                        continue;
                path += length;
                quote = memchr(path, '"', (size_t)(end - path));
                if (quote && (size_t)(end - quote) > strlen("\" :"))
                        good = make(root, arena_copy(&root->arena, path, (size_t)(quote - path)),
                                       (mode_t)strtoul(quote + strlen("\" :"), NULL, 8)) &&
                               good;
        }
        return good;
}

/* Makes the mount points of temporary file systems. */
static bool make_mount_points(Root *root, char *const arguments[]) {
        bool good = true;

        for (; *arguments; arguments++) {
                const char *tmpfs = nspawn_value_of(*arguments, "--tmpfs=");

                if (tmpfs)
                        good = make(root, nspawn_parts(&root->arena, tmpfs).part[0], 0755) && good;
        }
        return good;
}

/* The root of an ephemeral container is a file system of its own: it cannot fill that of /run, which all of the host needs. Its flags are
 * those of /run. */
static bool mount_root(const char *directory) {
        return strncmp(directory, EPHEMERAL_ROOTS, strlen(EPHEMERAL_ROOTS)) != 0 ||
               mount("nixos-container", directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") >= 0;
}

/* Opens the root directory, which is made if it is missing. */
static int open_root(Arena *arena, const char *directory) {
        const char *slash = strrchr(directory, '/');

        (void)mkdir(arena_copy(arena, directory, (size_t)(slash - directory)), 0755);
        if ((mkdir(directory, 0755) < 0 && errno != EEXIST) || !mount_root(directory))
                return -1;
        return open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* systemd-nspawn makes the directory of the journal, too, and follows symbolic links on the host. The container does without the link
 * then. */
static bool keep_journal_inside(const Root *root, char *arguments[]) {
        static const char journal[] = "var/log/journal";
        const struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS};
        int fd = (int)syscall(SYS_openat2, root->fd, journal, &how, sizeof(how));

        if (fd >= 0) {
                close(fd);
                return true;
        }
        if (!is_no_file(errno)) {
                log_message(LOG_ERR, "Container %s cannot start: %s in %s: %s", root->container, journal,
                        root->directory, strerror(errno));
                return false;
        }
        for (; errno == ELOOP && *arguments; arguments++)
                if (nspawn_value_of(*arguments, "--link-journal="))
                        *arguments = (char *)"--link-journal=no";
        return true;
}

bool remove_ephemeral_root(const char *directory) {
        while (umount2(directory, MNT_DETACH | UMOUNT_NOFOLLOW) >= 0)
                ;
        return remove_directory_tree(directory) >= 0;
}

bool prepare_root_directory(const char *container, char *arguments[]) {
        Root root = {.container = container, .directory = nspawn_value(arguments, "--directory=")};
        bool good;

        if (!root.directory || !strchr(root.directory, '/'))
                return true;
        root.fd = open_root(&root.arena, root.directory);
        if (root.fd < 0) {
                log_message(LOG_ERR, "Container %s cannot start: %s: %s", container, root.directory, strerror(errno));
                arena_free(&root.arena);
                return false;
        }
        give_back_files(root.fd);
        good = keep_journal_inside(&root, arguments);
        good = make_recorded(&root) && good;
        if (nspawn_shifts_users(arguments))
                good = make_mount_points(&root, arguments) && good;
        close(root.fd);
        arena_free(&root.arena);
        return good;
}
