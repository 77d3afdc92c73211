/* SPDX-License-Identifier: MIT */
#include "base/inside.h"

#include <linux/openat2.h>
#include <sys/syscall.h>

#include "base/arena.h"

int inside_open(int root, const char *path, int flags) {
        struct open_how how = {
                .flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};

        return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* Closes @fd and leaves errno as it is. */
static void close_directory(int fd) {
        int error = errno;

        close(fd);
        errno = error;
}

int inside_make_directory(int root, const char *path, mode_t mode, void (*visit)(int directory)) {
        Arena arena = ARENA_NULL;
        int parent = inside_open(root, ".", O_PATH | O_DIRECTORY);

        for (const char *end = path; parent >= 0 && *end;) {
                const char *name = end + strspn(end, "/");
                const char *name_end = name + strcspn(name, "/");
                const char *above = arena_copy(&arena, path, (size_t)(name_end - path));
                int fd;

                if (name_end == name)
                        break;
                end = name_end;
                fd = inside_open(root, above, O_PATH | O_DIRECTORY);
                if (fd < 0 && errno == ENOENT &&
                        mkdirat(parent, arena_copy(&arena, name, (size_t)(end - name)), *end ? 0755 : mode) == 0)
                        fd = inside_open(root, above, O_PATH | O_DIRECTORY);
                close_directory(parent);
                parent = fd;
                if (parent >= 0 && visit)
                        visit(parent);
        }
        arena_free(&arena);
        return parent;
}
