/* SPDX-License-Identifier: MIT */
#include "runtime/host-paths.h"

#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/file.h"
#include "base/inside.h"
#include "base/lines.h"
#include "base/number.h"
#include "base/path.h"
#include "base/words.h"
#include "state/format.h"
#include "state/paths.h"
#include "state/unit.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

typedef struct Pins {
        Arena *arena;
        const char *container;
        const Buffer *written;
        const char *root; /* the container's root directory */
        unsigned length;
} Pins;

/* A path on the host, and what the section says of it. */
typedef struct HostPath {
        const char *path, *writer, *directory; /* what writes the directory that it is below */
        const char *mode, *user, *group;       /* of what is made there; NULL: nothing is */
        bool is_file;                          /* that is a file, not a directory */
} HostPath;

/* Looks @ret->path up in the section: the outermost directory that it is below, and how it is to be made. False if no container writes on its way. */
static bool look_up(const Pins *pins, HostPath *ret) {
        for_each_line(line, end, pins->written) {
                const char *writer = line_behind(line, end, WRITTEN_BY),
                           *file = line_behind(line, end, WRITTEN_MAKE_FILE),
                           *made = file ? file : line_behind(line, end, WRITTEN_MAKE),
                           *path = writer || made ? section_path(pins->arena, line, end) : "";

                if (writer && path_is_below(ret->path, path) &&
                        (!ret->directory || strlen(path) < strlen(ret->directory))) {
                        ret->directory = path;
                        ret->writer = arena_copy(pins->arena, writer,
                                (size_t)((const char *)memmem(writer, (size_t)(end - writer), " /", 2) - writer));
                } else if (made && strcmp(ret->path, path) == 0) {
                        ret->is_file = file != NULL;
                        ret->mode = take_word(pins->arena, &made);
                        ret->user = take_word(pins->arena, &made);
                        ret->group = take_word(pins->arena, &made);
                }
        }
        return ret->directory != NULL;
}

/* Whether a user or group is given by number, or is root, whom nobody needs to be asked about. */
static bool is_number(const char *text, uint64_t *ret_number) {
        return number_parse(strcmp(text, "root") == 0 ? "0" : text, 0, UINT32_MAX - 1, ret_number);
}

/* The number of a user or group that is given by that or by name. False if there is none. */
static bool find_user(const char *text, uid_t *ret_user) {
        const struct passwd *entry;
        uint64_t number;

        if (is_number(text, &number)) {
                *ret_user = (uid_t)number;
                return true;
        }
        entry = getpwnam(text);
        if (entry)
                *ret_user = entry->pw_uid;
        return entry != NULL;
}

static bool find_group(const char *text, gid_t *ret_group) {
        const struct group *entry;
        uint64_t number;

        if (is_number(text, &number)) {
                *ret_group = (gid_t)number;
                return true;
        }
        entry = getgrnam(text);
        if (entry)
                *ret_group = entry->gr_gid;
        return entry != NULL;
}

/* Makes the directory or the file @name in @parent. Returns -1, with errno set, if that fails. */
static int make_new(int parent, const char *name, bool is_file) {
        if (is_file)
                return openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0600);
        return mkdirat(parent, name, 0700) < 0 ? -1 : inside_open_without_links(parent, name, O_RDONLY | O_DIRECTORY);
}

/* Makes @name in @parent, a directory unless it is the last and to be a file, and opens it. What is there already is left as it is. */
static int make_owned(int parent, const char *name, const HostPath *path, bool is_last) {
        CLEANUP_CLOSE int fd = -1;
        uid_t user = 0;
        gid_t group = 0;

        if (is_last && (!find_user(path->user, &user) || !find_group(path->group, &group))) {
                errno = ESRCH;
                return -1;
        }
        fd = make_new(parent, name, is_last && path->is_file);
        if (fd < 0 && errno == EEXIST)
                return inside_open_without_links(parent, name, O_PATH);
        if (fd < 0 || (is_last && fchownat(fd, "", user, group, AT_EMPTY_PATH) < 0) ||
                fchmod(fd, is_last ? (mode_t)strtoul(path->mode, NULL, 8) : 0755) < 0)
                return -1;
        return take_fd(&fd);
}

/* Opens the directory that is written, which nobody leads astray, and makes it if it is missing. */
static int open_directory_above(const HostPath *path) {
        CLEANUP_CLOSE int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

        return top < 0      ? -1
               : path->mode ? inside_make_directory(top, path->directory, 0755, NULL)
                            : inside_open(top, path->directory, O_PATH | O_DIRECTORY);
}

/* Opens what is at @path, and makes that if it is missing and is to be made. Returns -1, with errno set, and how far it has come, if that
 * fails. */
static int open_path(Arena *arena, const HostPath *path, const char **ret_reached) {
        CLEANUP_CLOSE int parent = open_directory_above(path);

        *ret_reached = path->directory;
        for (const char *end = path->path + strlen(path->directory); parent >= 0 && *end;) {
                const char *start = end + strspn(end, "/"), *name;
                int fd;

                end = start + strcspn(start, "/");
                name = arena_copy(arena, start, (size_t)(end - start));
                *ret_reached = arena_copy(arena, path->path, (size_t)(end - path->path));
                fd = inside_open_without_links(parent, name, O_PATH);
                if (fd < 0 && errno == ENOENT && path->mode)
                        fd = make_owned(parent, name, path, *end == '\0');
                cleanup_close(&parent);
                parent = fd;
        }
        return take_fd(&parent);
}

/* Says why @path could not be opened, by errno. */
static int refuse(const Pins *pins, const HostPath *path, const char *reached) {
        if (errno == ELOOP)
                return log_error(ELOOP,
                        "Container %s cannot start: %s is a symbolic link, which is not followed because container %s "
                        "can write there. %s %s.",
                        pins->container, reached, path->writer,
                        path->path == pins->root ? "Without it, the container's rootfs is"
                                                 : "If it is intended, specify its target instead of",
                        path->path);
        if (errno == ESRCH)
                return log_error(ESRCH, "Container %s cannot start: failed to create %s: unknown user %s or group %s.",
                        pins->container, reached, path->user, path->group);
        return log_error(negative_errno(), "Container %s cannot start: %s: %m", pins->container, reached);
}

/* Where systemd-nspawn sees what was opened: in a mount namespace of its own. What the host mounts goes on to be seen there, too. */
static int open_namespace(void) {
        if (make_directory(AT_FDCWD, PINS_DIRECTORY, 0700) < 0 || unshare(CLONE_NEWNS) < 0 ||
                mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
                mount("nixos-container", PINS_DIRECTORY, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") < 0)
                return log_error(negative_errno(), "Failed to set up " PINS_DIRECTORY ": %m");
        return 0;
}

/* Mounts @fd at @target, and what is mounted below. */
static int mount_at(int fd, const char *target) {
        CLEANUP_CLOSE int tree =
                (int)syscall(SYS_open_tree, fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
        CLEANUP_CLOSE int file = -1;
        struct stat status;

        if (tree < 0 || fstat(fd, &status) < 0 ||
                (S_ISDIR(status.st_mode) ? mkdir(target, 0700)
                                         : (file = open(target, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600))) < 0)
                return negative_errno();
        return syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? negative_errno() : 0;
}

/* Gives systemd-nspawn what was opened in the place of the path in *@argument. */
static int pin(Pins *pins, int fd, const NspawnHostPath *parts, char **argument) {
        const char *target = arena_printf(pins->arena, PINS_DIRECTORY "/%u", pins->length++);
        struct stat status;
        int r;

        if (parts->is_credential && (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)))
                return log_error(
                        EINVAL, "Container %s cannot start: %s is not a regular file.", pins->container, parts->path);
        r = mount_at(fd, target);
        if (r < 0)
                return log_error(r, "Container %s cannot start: %s: %m", pins->container, parts->path);
        *argument = arena_printf(pins->arena, "%s%s%s", parts->before, target, parts->behind);
        return 0;
}

static int pin_argument(Pins *pins, char **argument) {
        CLEANUP_CLOSE int fd = -1;
        HostPath path = {0};
        NspawnHostPath parts;
        const char *reached;
        int r;

        if (!nspawn_host_path(pins->arena, *argument, &parts))
                return 0;
        path.path =
                parts.path[0] == '+' && pins->root ? arena_join(pins->arena, pins->root, parts.path + 1) : parts.path;
        if (!look_up(pins, &path))
                return 0;
        if (pins->length == 0 && (r = open_namespace()) < 0)
                return r;
        fd = open_path(pins->arena, &path, &reached);
        return fd < 0 ? refuse(pins, &path, reached) : pin(pins, fd, &parts, argument);
}

bool host_paths_are_written(Arena *arena, const Buffer *written, const char *path) {
        const Pins pins = {.arena = arena, .written = written};
        HostPath host_path = {.path = path};

        return look_up(&pins, &host_path);
}

int host_paths_check_root(const char *container, const Buffer *written, const char *root) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const Pins pins = {.arena = &arena, .container = container, .written = written, .root = root};
        CLEANUP_CLOSE int fd = -1;
        HostPath path = {.path = root};
        const char *reached;

        if (!look_up(&pins, &path))
                return 0;
        fd = open_path(&arena, &path, &reached);
        return fd < 0 && errno != ENOENT ? refuse(&pins, &path, reached) : 0;
}

int host_paths_pin(Arena *arena, const char *container, const Buffer *written, char *arguments[]) {
        Pins pins = {.arena = arena,
                .container = container,
                .written = written,
                .root = nspawn_value(arguments, "--directory=")};
        int result = 0;

        /* All that is wrong is said. */
        for (; *arguments && written->length > 0; arguments++)
                keep_failure(&result, pin_argument(&pins, arguments));
        return result;
}
