#include "remove-tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

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

static bool remove_content(int fd, const char *path);

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

static bool remove_entry(int parent, const char *path, const char *name) {
        int fd = open_directory(parent, name);
        bool good = true;

        if (fd >= 0) {
                good = remove_content(fd, path);
                close(fd);
        } else if (errno != ENOTDIR) {
                log_message(LOG_ERR, "Cannot remove %s in %s: %s", name, path, strerror(errno));
                return false;
        }
        if (good && !(fd >= 0 ? unlink_directory(parent, name) : unlink_file(parent, name))) {
                log_message(LOG_ERR, "Cannot remove %s in %s: %s", name, path, strerror(errno));
                return false;
        }
        return good;
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static bool remove_content(int fd, const char *path) {
        const struct dirent *entry;
        DIR *directory;
        bool good = true;
        int copy;

        make_mutable(fd);
        copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        directory = copy >= 0 ? fdopendir(copy) : NULL;
        if (!directory) {
                log_message(LOG_ERR, "Cannot read a directory in %s: %s", path, strerror(errno));
                if (copy >= 0)
                        close(copy);
                return false;
        }
        while ((entry = readdir(directory)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        good = remove_entry(fd, path, entry->d_name) && good;
        closedir(directory);
        return good;
}

bool remove_tree(const char *path) {
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        bool good;

        if (fd < 0) {
                if (errno == ENOENT)
                        return true;
                log_message(LOG_ERR, "Cannot remove %s: %s", path, strerror(errno));
                return false;
        }
        good = remove_content(fd, path);
        close(fd);
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
