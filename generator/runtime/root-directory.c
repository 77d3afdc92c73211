/* SPDX-License-Identifier: MIT */
#include "runtime/root-directory.h"

#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/inside.h"
#include "base/lines.h"
#include "base/words.h"
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
        int r = fstatat(directory, name, &status, flags);

        if (r < 0 && errno == ENOENT)
                return;
        if (r >= 0 && (status.st_uid == MAPPED_ROOT || status.st_gid == MAPPED_ROOT))
                r = fchownat(directory, name, status.st_uid == MAPPED_ROOT ? 0 : status.st_uid,
                        status.st_gid == MAPPED_ROOT ? 0 : status.st_gid, flags);
        if (r < 0)
                log_message(LOG_WARNING, "%s in the container stays nobody's: %s", *name ? name : "A directory",
                        strerror(errno));
}

/* The files that it makes in /etc. */
static void give_back_files(int root) {
        CLEANUP_CLOSE int etc = inside_open(root, "etc", O_PATH | O_DIRECTORY);

        if (etc >= 0) {
                give_back(etc, "localtime");
                give_back(etc, "resolv.conf");
        } else if (!is_no_file(errno)) {
                log_message(LOG_WARNING, "What is in etc in the container may stay nobody's: %s", strerror(errno));
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
                                "Container %s cannot start: the directory %s cannot be made in %s: %m", root->container,
                                path, root->directory)
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

/* Opens the root directory, which is made if it is missing. */
static int open_root(Root *root) {
        const char *slash = strrchr(root->directory, '/');

        (void)mkdir(arena_copy(&root->arena, root->directory, (size_t)(slash - root->directory)), 0755);
        if ((mkdir(root->directory, 0755) < 0 && errno != EEXIST) || mount_root(root->directory) < 0 ||
                (root->fd = open(root->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
                return log_error(
                        negative_errno(), "Container %s cannot start: %s: %m", root->container, root->directory);
        return 0;
}

/* systemd-nspawn makes the directory of the journal, too, and follows symbolic links on the host. The container does without the link
 * then. */
static int keep_journal_inside(const Root *root, char *arguments[]) {
        static const char journal[] = "var/log/journal";
        const struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS};
        CLEANUP_CLOSE int fd = (int)syscall(SYS_openat2, root->fd, journal, &how, sizeof(how));

        if (fd >= 0)
                return 0;
        if (!is_no_file(errno))
                return log_error(negative_errno(), "Container %s cannot start: %s in %s: %m", root->container, journal,
                        root->directory);
        for (; errno == ELOOP && *arguments; arguments++)
                if (text_behind(*arguments, "--link-journal="))
                        *arguments = (char *)"--link-journal=no";
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
        give_back_files(root.fd);
        /* All that is wrong is said. */
        r = keep_journal_inside(&root, arguments);
        keep_failure(&r, make_recorded(&root));
        if (nspawn_shifts_users(arguments))
                keep_failure(&r, make_mount_points(&root, arguments));
        return r;
}
