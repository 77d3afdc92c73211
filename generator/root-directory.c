#include "root-directory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arena.h"
#include "log.h"
#include "nspawn-arguments.h"

/* The user, and group, of what the root of the host makes on a mount that systemd-nspawn has ID-mapped. systemd,
 * src/basic/user-util.h, UID_MAPPED_ROOT */
#define MAPPED_ROOT ((uid_t)0x7ffffffe)

/* Opens @path below the directory @root, where symbolic links are followed as in the container. */
static int open_inside(int root, const char *path, int flags) {
        const struct open_how how = {.flags = (unsigned)(flags | O_PATH | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT};

        return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* Gives @name in @directory, or itself if that is "", to the container's root if systemd-nspawn has made it. */
static void give_back(int directory, const char *name) {
        const int flags = AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH);
        struct stat status;

        if (fstatat(directory, name, &status, flags) < 0 ||
                (status.st_uid != MAPPED_ROOT && status.st_gid != MAPPED_ROOT))
                return;
        if (fchownat(directory, name, status.st_uid == MAPPED_ROOT ? 0 : status.st_uid,
                    status.st_gid == MAPPED_ROOT ? 0 : status.st_gid, flags) < 0)
                log_message(LOG_WARNING, "%s in the container stays nobody's: %s", *name ? name : "A directory",
                        strerror(errno));
}

/* The files that it makes in /etc. */
static void give_back_files(int root) {
        static const char *const names[] = {"localtime", "resolv.conf"};
        int etc = open_inside(root, "etc", O_DIRECTORY);

        if (etc < 0)
                return;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                give_back(etc, names[i]);
        close(etc);
}

/* Makes the directory @path, and what is missing above. */
static bool make_directory(Arena *arena, int root, const char *path) {
        int parent = open_inside(root, ".", O_DIRECTORY);

        for (const char *end = path; parent >= 0 && *end;) {
                const char *name = end + strspn(end, "/");
                int fd;

                end = name + strcspn(name, "/");
                if (end == name)
                        break;
                fd = open_inside(root, arena_copy(arena, path, (size_t)(end - path)), O_DIRECTORY);
                if (fd < 0 && errno == ENOENT &&
                        mkdirat(parent, arena_copy(arena, name, (size_t)(end - name)), 0755) == 0)
                        fd = open_inside(root, arena_copy(arena, path, (size_t)(end - path)), O_DIRECTORY);
                close(parent);
                parent = fd;
                if (parent >= 0)
                        give_back(parent, "");
        }
        if (parent < 0)
                return false;
        close(parent);
        return true;
}

bool prepare_root_directory(const char *container, char *const arguments[]) {
        static const char tmpfs[] = "--tmpfs=";
        const char *directory = nspawn_value(arguments, "--directory=");
        Arena arena = ARENA_NULL;
        bool good = true;
        int root;

        root = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        if (root < 0)
                return true;
        give_back_files(root);
        for (char *const *argument = arguments; *argument && nspawn_shifts_users(arguments); argument++) {
                const char *path;

                if (strncmp(*argument, tmpfs, sizeof(tmpfs) - 1) != 0)
                        continue;
                path = nspawn_parts(&arena, *argument + sizeof(tmpfs) - 1).part[0];
                if (make_directory(&arena, root, path))
                        continue;
                log_message(LOG_ERR, "Container %s cannot start: the directory %s cannot be made in %s: %s", container,
                        path, directory, strerror(errno));
                good = false;
        }
        close(root);
        arena_free(&arena);
        return good;
}
