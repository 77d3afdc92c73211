#include "base/remove-tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

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
        struct stat status;
        int fd = -1;

        /* Of other files, to open one can have a consequence. */
        if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISREG(status.st_mode))
                fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0) {
                make_mutable(fd);
                close(fd);
        }
}

static bool unlink_file(int parent, const char *name) {
        if (unlinkat(parent, name, 0) >= 0)
                return true;
        if (errno != EPERM)
                return errno == ENOENT;
        make_file_mutable(parent, name);
        return unlinkat(parent, name, 0) >= 0;
}

static bool unlink_directory(int parent, const char *name) {
        return unlinkat(parent, name, AT_REMOVEDIR) >= 0 || errno == ENOENT;
}

/* How deep directories are entered, each of which takes two file descriptors. What lies deeper is moved up. */
#define DEPTH_MAX 64

typedef struct Removal {
        const char *path;
        int top;        /* the directory itself */
        unsigned moved; /* how many directories were moved into it */
} Removal;

static bool remove_content(Removal *removal, int fd, unsigned depth);

/* Opens the directory @name if it is one of the same mount as @parent. -1 with ENOTDIR if it is no directory. */
static int open_directory(int parent, const char *name) {
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        struct statx status;
        int error;

        if (fd < 0)
                return -1;
        if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &status) < 0)
                error = errno;
        else if (status.stx_attributes & STATX_ATTR_MOUNT_ROOT)
                error = EBUSY; /* something is mounted there */
        else
                return fd;
        close(fd);
        errno = error;
        return -1;
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

static bool remove_entry(Removal *removal, int parent, const char *name, unsigned depth) {
        int fd = open_directory(parent, name);
        bool good = true;

        if (fd >= 0) {
                bool is_gone = depth == DEPTH_MAX && move_up(removal, parent, name, fd);

                good = is_gone || remove_content(removal, fd, depth);
                close(fd);
                if (is_gone)
                        return true;
        } else if (errno != ENOTDIR) {
                log_message(LOG_ERR, "Cannot remove %s in %s: %s", name, removal->path, strerror(errno));
                return false;
        }
        if (good && !(fd >= 0 ? unlink_directory(parent, name) : unlink_file(parent, name))) {
                log_message(LOG_ERR, "Cannot remove %s in %s: %s", name, removal->path, strerror(errno));
                return false;
        }
        return good;
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static bool remove_content(Removal *removal, int fd, unsigned depth) {
        const struct dirent *entry;
        DIR *directory;
        bool good = true;
        int copy;

        make_mutable(fd);
        copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        directory = copy >= 0 ? fdopendir(copy) : NULL;
        if (!directory) {
                log_message(LOG_ERR, "Cannot read a directory in %s: %s", removal->path, strerror(errno));
                if (copy >= 0)
                        close(copy);
                return false;
        }
        while ((entry = readdir(directory)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        good = remove_entry(removal, fd, entry->d_name, depth + 1) && good;
        closedir(directory);
        return good;
}

bool remove_tree(const char *path) {
        Removal removal = {.path = path, .top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        unsigned moved;
        bool good;

        if (removal.top < 0) {
                if (errno == ENOENT)
                        return true;
                log_message(LOG_ERR, "Cannot remove %s: %s", path, strerror(errno));
                return false;
        }
        do {
                moved = removal.moved;
                good = remove_content(&removal, removal.top, 0);
        } while (good && removal.moved != moved);
        close(removal.top);
        if (!good)
                return false;
        if (rmdir(path) >= 0)
                return true;
        /* It may be a mount itself, which is empty now. */
        if (errno == EBUSY && umount2(path, UMOUNT_NOFOLLOW) >= 0 && rmdir(path) >= 0)
                return true;
        log_message(LOG_ERR, "Cannot remove %s: %s", path, strerror(errno));
        return false;
}
