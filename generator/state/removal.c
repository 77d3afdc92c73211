/* SPDX-License-Identifier: MIT */
#include "state/removal.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "base/file.h"
#include "base/words.h"
#include "systemd/log.h"

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
        const char *path;
        int top;        /* the directory itself */
        unsigned moved; /* how many directories were moved into it */
        int error;      /* why the first could not be removed that could not be, or 0 */
} Removal;

static int remove_content(Removal *removal, int fd, unsigned depth);

/* Opens the directory @name if it is one of the same mount as @parent; -ENOTDIR if it is no directory. */
static int enter(int parent, const char *name) {
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
        CLEANUP_CLOSE int fd = enter(parent, name);
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
        int result = 0;

        make_mutable(fd);
        directory = open_directory(fd, ".");
        if (!directory)
                return negative_errno();
        while ((entry = readdir(directory))) {
                int r;

                if (is_one_of(entry->d_name, ".", ".."))
                        continue;
                r = remove_entry(removal, fd, entry->d_name, depth + 1);
                if (r < 0 && removal->error == 0)
                        removal->error = log_error(r, "Failed to remove %s in %s: %m", entry->d_name, removal->path);
                keep_failure(&result, r);
        }
        return result;
}

int remove_directory_tree(const char *path) {
        CLEANUP_CLOSE int top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        Removal removal = {.path = path, .top = top};
        unsigned moved;
        int r = top < 0 ? negative_errno() : 0;

        if (r == -ENOENT)
                return 0;
        do {
                moved = removal.moved;
                r = r < 0 ? r : remove_content(&removal, top, 0);
        } while (r >= 0 && removal.moved != moved);
        if (removal.error < 0)
                return removal.error;
        cleanup_close(&top);
        /* It may be a mount itself, which is empty now. */
        if (r >= 0 && rmdir(path) < 0 && (errno != EBUSY || umount2(path, UMOUNT_NOFOLLOW) < 0 || rmdir(path) < 0))
                r = negative_errno();
        return r < 0 ? log_error(r, "Failed to remove %s: %m", path) : 0;
}
