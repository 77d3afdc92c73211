/* SPDX-License-Identifier: MIT */
#include "base/remove-tree.h"

#include <dirent.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

/* NixOS makes /var/empty immutable. */
static void make_mutable(int fd) {
        int flags;

        if (ioctl(fd, FS_IOC_GETFLAGS, &flags) >= 0 && (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL))) {
                flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
                (void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
        }
}

static void make_file_mutable(int parent, const char *name) {
        CLEANUP_CLOSE int fd = -1;
        struct stat status;

        /* Of other files, to open one can have a consequence. */
        if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISREG(status.st_mode))
                fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0)
                make_mutable(fd);
}

/* unlinkat(2), for what may be gone by then. */
static int unlink_entry(int parent, const char *name, int flags) {
        if (unlinkat(parent, name, flags) >= 0)
                return 0;
        if (errno == EPERM && !(flags & AT_REMOVEDIR)) {
                make_file_mutable(parent, name);
                if (unlinkat(parent, name, flags) >= 0)
                        return 0;
        }
        return errno == ENOENT ? 0 : negative_errno();
}

/* How deep directories are entered, each of which takes two file descriptors. What lies deeper is moved up. */
#define DEPTH_MAX 64

typedef struct Removal {
        int top;        /* the directory itself */
        unsigned moved; /* how many directories were moved into it */
        char *failed;   /* the name of the first that could not be removed */
        int error;      /* and why, or 0 */
} Removal;

static void fail(Removal *removal, const char *name, int error) {
        if (removal->error == 0) {
                removal->error = error;
                snprintf(removal->failed, NAME_MAX + 1, "%s", name);
        }
}

static int remove_content(Removal *removal, int fd, unsigned depth);

/* Opens the directory @name if it is one of the same mount as @parent; -ENOTDIR if it is no directory. */
static int open_directory(int parent, const char *name) {
        CLEANUP_CLOSE int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        struct statx status;

        if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &status) < 0)
                return negative_errno();
        /* Something may be mounted there. */
        return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) ? -EBUSY : take_fd(&fd);
}

/* Moves the directory @name, which is open as @fd, to the top. False if that cannot be: it may lie on another volume of btrfs. */
static bool move_up(Removal *removal, int parent, const char *name, int fd) {
        char target[32];

        make_mutable(fd);
        do {
                snprintf(target, sizeof(target), ".moved-up-%u", removal->moved++);
                if (renameat2(parent, name, removal->top, target, RENAME_NOREPLACE) >= 0)
                        return true;
        } while (errno == EEXIST);
        return false;
}

static int remove_entry(Removal *removal, int parent, const char *name, unsigned depth) {
        CLEANUP_CLOSE int fd = open_directory(parent, name);
        int r;

        if (fd < 0 && fd != -ENOTDIR)
                return fd;
        if (fd >= 0) {
                if (depth == DEPTH_MAX && move_up(removal, parent, name, fd))
                        return 0;
                r = remove_content(removal, fd, depth);
                if (r < 0)
                        return r;
        }
        return unlink_entry(parent, name, fd >= 0 ? AT_REMOVEDIR : 0);
}

/* Removes all that can be. NOLINTNEXTLINE(misc-no-recursion) */
static int remove_content(Removal *removal, int fd, unsigned depth) {
        CLEANUP_CLOSEDIR DIR *directory = NULL;
        const struct dirent *entry;
        int copy, result = 0;

        make_mutable(fd);
        copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        directory = copy >= 0 ? fdopendir(copy) : NULL;
        if (!directory) {
                cleanup_close(&copy);
                return negative_errno();
        }
        while ((entry = readdir(directory))) {
                int r;

                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                        continue;
                r = remove_entry(removal, fd, entry->d_name, depth + 1);
                if (r < 0) {
                        fail(removal, entry->d_name, r);
                        result = r;
                }
        }
        return result;
}

int remove_tree(const char *path, char ret_failed[static NAME_MAX + 1]) {
        CLEANUP_CLOSE int top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        Removal removal = {.top = top, .failed = ret_failed};
        unsigned moved;
        int r;

        ret_failed[0] = '\0';
        if (top < 0)
                return errno == ENOENT ? 0 : negative_errno();
        do {
                moved = removal.moved;
                r = remove_content(&removal, top, 0);
        } while (r >= 0 && removal.moved != moved);
        if (r < 0)
                return removal.error < 0 ? removal.error : r;
        (void)close(take_fd(&top));
        if (rmdir(path) >= 0)
                return 0;
        /* It may be a mount itself, which is empty now. */
        return errno == EBUSY && umount2(path, UMOUNT_NOFOLLOW) >= 0 && rmdir(path) >= 0 ? 0 : negative_errno();
}
