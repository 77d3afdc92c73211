/* SPDX-License-Identifier: MIT */
#include "base/inside.h"

#include <linux/openat2.h>
#include <sys/syscall.h>

#include "base/arena.h"
#include "base/file.h"

static int open_how(int root, const char *path, int flags, uint64_t resolve) {
        const struct open_how how = {.flags = (unsigned)flags | O_CLOEXEC, .resolve = resolve};

        return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

int inside_open(int root, const char *path, int flags) {
        return open_how(root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

int inside_open_without_links(int root, const char *path, int flags) {
        return open_how(root, path, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

ssize_t inside_read(int root, const char *path, char *ret_text, size_t size) {
        CLEANUP_CLOSE int fd = inside_open(root, path, O_PATH);
        struct stat status;

        if (fd < 0 || fstat(fd, &status) < 0)
                return negative_errno();
        if (!S_ISREG(status.st_mode))
                return -EINVAL;
        return read_file_start(fd_path(fd).text, ret_text, size);
}

int inside_make_directory(int root, const char *path, mode_t mode, void (*visit)(int directory)) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_CLOSE int parent = inside_open(root, ".", O_PATH | O_DIRECTORY);

        for (const char *end = path; parent >= 0;) {
                const char *name = end + strspn(end, "/"), *above;
                int fd;

                if (!*name)
                        break;
                end = name + strcspn(name, "/");
                above = arena_copy(&arena, path, (size_t)(end - path));
                fd = inside_open(root, above, O_PATH | O_DIRECTORY);
                if (fd < 0 && errno == ENOENT &&
                        mkdirat(parent, arena_copy(&arena, name, (size_t)(end - name)), *end ? 0755 : mode) == 0)
                        fd = inside_open(root, above, O_PATH | O_DIRECTORY);
                cleanup_close(&parent);
                parent = fd;
                if (parent >= 0 && visit)
                        visit(parent);
        }
        return take_fd(&parent);
}
