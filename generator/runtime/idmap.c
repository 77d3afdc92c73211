/* SPDX-License-Identifier: MIT */
#include "runtime/idmap.h"

#include <linux/mount.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/run-program.h"
#include "base/words.h"
#include "systemd/escape.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"
#include "systemd/option-path.h"

typedef struct Mount {
        uint64_t id;
        const char *path;
        const char *type;
} Mount;

typedef struct Mapping {
        Arena *arena;
        const char *container;
        char *const *arguments;
        Mount *mounts; /* malloc(3), as the next */
        char **result; /* not terminated */
        size_t mounts_length, mounts_capacity, length, capacity;
        int user_namespace; /* any, to try with; -1: none */
} Mapping;

/* A --bind= or --bind-ro= argument whose mount is to be mapped. */
typedef struct Bind {
        const char *option; /* up to the "=" */
        const char *source, *target, *idmap;
        char resolved[PATH_MAX]; /* the source without symbolic links */
} Bind;

static void mapping_free(Mapping *m) {
        cleanup_close(&m->user_namespace);
        free(m->mounts);
        free(m->result);
}

static void add(Mapping *m, const char *argument) {
        m->result = grow_array(m->result, m->length, &m->capacity, sizeof(*m->result));
        m->result[m->length++] = (char *)argument;
}

/* Undoes the escapes of proc_pid_mountinfo(5). */
static const char *unescape(char *path) {
        char *to = path;

        for (const char *from = path; *from; from++)
                if (*from == '\\' && strspn(from + 1, "01234567") >= 3) {
                        *to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
                        from += 3;
                } else {
                        *to++ = *from;
                }
        *to = '\0';
        return path;
}

/* Reads the mounts of this process. One that cannot be read is as if nothing were mounted: systemd-nspawn then says what it thinks. */
static void read_mounts(Mapping *m) {
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;

        if (read_file("/proc/self/mountinfo", &text) < 0)
                log_message(LOG_WARNING, "Failed to read /proc/self/mountinfo: %s", strerror(errno));
        for_each_line(line, end, &text) {
                const char *rest = line, *separator = memmem(line, (size_t)(end - line), " - ", 3), *type;
                uint64_t id = strtoull(line, NULL, 10);
                char *path = NULL;

                for (int i = 0; i < 5; i++)
                        path = take_word(m->arena, &rest);
                rest = separator ? separator + 3 : end;
                type = take_word(m->arena, &rest);
                if (!path || !type)
                        continue;
                m->mounts = grow_array(m->mounts, m->mounts_length, &m->mounts_capacity, sizeof(*m->mounts));
                m->mounts[m->mounts_length++] = (Mount){id, unescape(path), type};
        }
}

/* The number of the mount that @path is on; 0, with errno set, if that cannot be told. */
static uint64_t mount_id(const char *path) {
        struct statx status;

        return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_MNT_ID, &status) < 0
                       ? 0
                       : status.stx_mnt_id;
}

/* Whether the mount is below @directory, is not hidden by another, and is none that waits for somebody to look at it. One that cannot be
 * looked at is seen: whoever uses it then says why that cannot be. */
static bool is_seen_below(const Mount *mount, const char *directory) {
        uint64_t id;

        if (!path_is_below(mount->path, directory) || strcmp(mount->type, "autofs") == 0)
                return false;
        id = mount_id(mount->path);
        return id == mount->id || (id == 0 && !is_no_file(errno));
}

/* The next mount that is seen below @directory, from *@i on, which is then behind it. NULL if there is none. */
static const Mount *next_below(const Mapping *m, const char *directory, size_t *i) {
        while (*i < m->mounts_length)
                if (is_seen_below(&m->mounts[(*i)++], directory))
                        return &m->mounts[*i - 1];
        return NULL;
}

/* The type of the file system that @path is on, as a person would say it. */
static const char *type_of(const Mapping *m, const char *path) {
        uint64_t id = mount_id(path);

        for (size_t i = 0; i < m->mounts_length; i++)
                if (m->mounts[i].id == id)
                        return m->mounts[i].type;
        return "unknown";
}

static int write_map(Arena *arena, pid_t process, const char *file) {
        static const char map[] = "0 65536 65536\n";
        CLEANUP_CLOSE int fd = open(arena_printf(arena, "/proc/%i/%s", process, file), O_WRONLY | O_CLOEXEC);

        return fd < 0 ? negative_errno() : write_all(fd, map, sizeof(map) - 1);
}

/* Opens a user namespace in which IDs are mapped: one comes only with a process. Returns -1 where there is none to be had. */
static int open_user_namespace(Arena *arena) {
        int ends[2], fd = -1;
        char byte = 0;
        pid_t process;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return -1;
        process = fork();
        if (process == 0) {
                close(ends[0]);
                /* Says that it is there, and is there until the other end is closed. */
                if (unshare(CLONE_NEWUSER) == 0 && write(ends[1], &byte, 1) == 1)
                        (void)!read(ends[1], &byte, 1);
                end_child(EXIT_SUCCESS);
        }
        close(ends[1]);
        if (process > 0 && read(ends[0], &byte, 1) == 1 && write_map(arena, process, "uid_map") >= 0 &&
                write_map(arena, process, "gid_map") >= 0)
                fd = open(arena_printf(arena, "/proc/%i/ns/user", process), O_RDONLY | O_CLOEXEC);
        close(ends[0]);
        if (process > 0)
                (void)waitpid(process, NULL, 0);
        return fd;
}

/* Whether the mount that @path is on can be mapped, for all that can be told. */
static bool can_be_mapped(const Mapping *m, const char *path) {
        struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (unsigned)m->user_namespace};
        CLEANUP_CLOSE int fd = -1;

        if (m->user_namespace >= 0)
                fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        return fd < 0 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) >= 0 ||
               errno != EINVAL;
}

/* Says that @path, which is @what of @option, has the wrong file system. */
static int refuse(Mapping *m, const char *option, const char *what, const char *path, const char *remedy) {
        return log_error(EOPNOTSUPP,
                "%s: %s%s is on a file system of type %s, which does not support ID-mapped mounts: the container "
                "cannot start. %s",
                option, what, path, type_of(m, path), remedy);
}

/* The option of the bind mount at @target. */
static const char *option_of(const Mapping *m, const char *target) {
        return option_path(
                m->arena, m->container, arena_join(m->arena, "bindMounts.", option_path_part(m->arena, target)));
}

/* What systemd-nspawn maps by itself. */
static int check_root(Mapping *m, const char *root) {
        const char *option = option_path(m->arena, m->container, "privateUsers");
        const Mount *mount = next_below(m, root, &(size_t){0});
        struct stat status;

        if (!can_be_mapped(m, root))
                return refuse(m, option, "the rootfs ", root,
                        "Move it to another file system (e.g. ext4, XFS, Btrfs or tmpfs), or set privateUsers: no.");
        if (mount)
                return log_error(EBUSY,
                        "%s: %s is mounted below the rootfs, where it cannot be ID-mapped: the container cannot start. "
                        "Mount it elsewhere and add it to bindMounts.",
                        option, mount->path);
        if (stat(root, &status) == 0 && status.st_uid >= USER_RANGE)
                return log_error(EOVERFLOW,
                        "%s: the rootfs %s belongs to user %u (left by systemd-nspawn --private-users-ownership=chown) "
                        "and cannot be ID-mapped: the container cannot start. To restore the ownership of all files, "
                        "run: systemd-nspawn --private-users=0 --private-users-ownership=chown --directory=%s true",
                        option, root, status.st_uid, root);
        return 0;
}

/* Takes an argument apart, if it is one of a bind mount that is mapped and that is there. */
static bool parse_bind(const Mapping *m, const char *argument, Bind *ret_bind) {
        static const char writable[] = "--bind=", read_only[] = "--bind-ro=";
        const char *value = text_behind(argument, writable);
        NspawnParts parts;

        ret_bind->option = value ? writable : read_only;
        value = value ? value : text_behind(argument, read_only);
        if (!value)
                return false;
        parts = nspawn_parts(m->arena, value);
        ret_bind->source = parts.part[0];
        ret_bind->target = parts.part[1];
        ret_bind->idmap = parts.part[2];
        if (!is_one_of(ret_bind->idmap, "idmap", "rootidmap", "owneridmap") || ret_bind->source[0] != '/' ||
                ret_bind->target[0] != '/')
                return false;
        if (realpath(ret_bind->source, ret_bind->resolved))
                return true;
        if (!is_no_file(errno))
                log_message(LOG_WARNING, "Failed to resolve %s: %s", ret_bind->source, strerror(errno));
        return false;
}

/* Whether something of its own is mounted at @target or above, but below @bind. */
static bool is_declared(const Mapping *m, const Bind *bind, const char *target) {
        static const char *const options[] = {"--bind=", "--bind-ro=", "--tmpfs="};

        for (char *const *argument = m->arguments; *argument; argument++)
                for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
                        const char *value = text_behind(*argument, options[i]), *other;
                        NspawnParts parts;

                        if (!value)
                                continue;
                        parts = nspawn_parts(m->arena, value);
                        other = parts.part[i < 2 && parts.part[1] ? 1 : 0];
                        if (path_is_below(other, bind->target) && path_is_within(target, other))
                                return true;
                }
        return false;
}

static void add_bind(Mapping *m, const Bind *bind, const char *source, const char *target, const char *options) {
        add(m, arena_printf(m->arena, "%s%s:%s:%s", bind->option, escape_bind_path(m->arena, source),
                       escape_bind_path(m->arena, target), options));
}

/* Without what is mounted below. */
static const char *mapped_alone(Mapping *m, const Bind *bind) {
        return arena_join(m->arena, "norbind,", bind->idmap);
}

/* Whether it does no harm that nobody in the container owns anything of it: what is written there belongs to no users that the host does not
 * know. Who asks for another mapping than the usual one wants more than that. */
static bool can_stay_unmapped(const Bind *bind, const char *path) {
        struct stat status;

        return strcmp(bind->idmap, "idmap") == 0 && stat(path, &status) == 0 &&
               (strcmp(bind->option, "--bind-ro=") == 0 || !S_ISDIR(status.st_mode));
}

/* Of a file or node that everybody can use there is nothing to be said. */
static void warn_of_nobody(Mapping *m, const Bind *bind, const char *path) {
        mode_t needed = S_IROTH | (strcmp(bind->option, "--bind=") == 0 ? S_IWOTH : 0);
        struct stat status = {0};

        if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode) && (status.st_mode & needed) == needed)
                return;
        log_message(LOG_WARNING,
                "%s: %s is on a file system of type %s, which does not support ID-mapped mounts: it belongs to nobody "
                "in the container, which can use only what all users of the host can.%s",
                option_of(m, bind->target), path, type_of(m, path),
                S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) ? " A udev rule can change its mode."
                                                                   : " For secrets, use credentials.");
}

/* Adds what is mounted below the source of @bind. */
static int add_mounts_below(Mapping *m, const Bind *bind) {
        const Mount *mount;

        for (size_t i = 0; (mount = next_below(m, bind->resolved, &i));) {
                /* With the slash before what is behind it. */
                const char *target = arena_join(m->arena, bind->target, path_behind(mount->path, bind->resolved) - 1);

                if (is_declared(m, bind, target))
                        continue;
                /* Its owner is another, who would become root. */
                if (strcmp(bind->idmap, "idmap") != 0)
                        return log_error(EINVAL,
                                "%s: %s is mounted below its hostPath, but idmap: %s supports only one owner: the "
                                "container cannot start. Declare it as %s, with its own idmap.",
                                option_of(m, bind->target), mount->path, bind->idmap, option_of(m, target));
                if (!can_be_mapped(m, mount->path) && can_stay_unmapped(bind, mount->path)) {
                        warn_of_nobody(m, bind, mount->path);
                        add_bind(m, bind, mount->path, target, "norbind");
                        continue;
                }
                if (!can_be_mapped(m, mount->path))
                        return refuse(m, option_of(m, bind->target), "below its hostPath, ", mount->path,
                                arena_printf(m->arena, "Declare it as %s, with idmap: noidmap, or unmount it.",
                                        option_of(m, target)));
                add_bind(m, bind, mount->path, target, mapped_alone(m, bind));
        }
        return 0;
}

/* What everybody can read, and nobody there writes. */
static bool is_of_nix(const Bind *bind) {
        return strcmp(bind->option, "--bind-ro=") == 0 && strcmp(bind->source, bind->target) == 0 &&
               (path_is_within(bind->source, "/nix/store") || path_is_within(bind->source, "/nix/var/nix/db") ||
                       path_is_within(bind->source, "/nix/var/nix/daemon-socket"));
}

/* systemd-nspawn maps the group that has the number of the user, and the kernel writes nothing whose group it does not know. */
static void warn_of_group(Mapping *m, const Bind *bind) {
        struct stat status;

        if (strcmp(bind->option, "--bind=") != 0 || strcmp(bind->idmap, "idmap") == 0 ||
                stat(bind->resolved, &status) < 0 || status.st_uid == status.st_gid)
                return;
        log_message(LOG_WARNING,
                "%s: %s belongs to user %u and group %u: with idmap: %s, the container can write there only if both "
                "IDs are equal.",
                option_of(m, bind->target), bind->source, status.st_uid, status.st_gid, bind->idmap);
}

static int add_argument(Mapping *m, const char *argument) {
        Bind bind;
        bool is_bind = parse_bind(m, argument, &bind), is_mapped = is_bind && can_be_mapped(m, bind.resolved);

        if (is_bind && !is_mapped && !is_of_nix(&bind) && !can_stay_unmapped(&bind, bind.resolved))
                return refuse(m, option_of(m, bind.target), "", bind.resolved,
                        strcmp(bind.idmap, "idmap") == 0
                                ? "Move it to another file system (e.g. ext4, XFS, Btrfs or tmpfs), or set isReadOnly: "
                                  "true or idmap: noidmap, with which it belongs to nobody in the container."
                                : "Set idmap: noidmap, with which it belongs to nobody in the container.");
        if (is_bind && !is_mapped && !is_of_nix(&bind))
                warn_of_nobody(m, &bind, bind.resolved);
        if (is_bind && !is_mapped)
                argument = arena_printf(m->arena, "%s%s:%s", bind.option, escape_bind_path(m->arena, bind.source),
                        escape_bind_path(m->arena, bind.target));
        if (is_mapped)
                warn_of_group(m, &bind);
        if (is_mapped && next_below(m, bind.resolved, &(size_t){0})) {
                add_bind(m, &bind, bind.source, bind.target, mapped_alone(m, &bind));
                return add_mounts_below(m, &bind);
        }
        add(m, argument);
        return 0;
}

/* Whether systemd-nspawn is to map anything. */
static bool maps_anything(const Mapping *m) {
        Bind bind;

        for (char *const *argument = m->arguments; *argument; argument++)
                if (parse_bind(m, *argument, &bind))
                        return true;
        return false;
}

int idmap_arguments(Arena *arena, const char *container, char *arguments[], char ***ret_arguments) {
        CLEANUP(mapping_free)
        Mapping m = {.arena = arena, .container = container, .arguments = arguments, .user_namespace = -1};
        const char *ownership = nspawn_value(arguments, "--private-users-ownership=");
        const char *root = nspawn_value(arguments, "--directory=");
        bool maps_root = ownership && strcmp(ownership, "map") == 0;
        int result = 0;

        if (!maps_root && !maps_anything(&m)) {
                *ret_arguments = arguments;
                return 0;
        }
        m.user_namespace = open_user_namespace(arena);
        read_mounts(&m);
        if (maps_root && root)
                result = check_root(&m, root);
        /* All that is wrong is said. */
        for (; *arguments; arguments++)
                keep_failure(&result, add_argument(&m, *arguments));
        add(&m, NULL);
        if (result >= 0)
                *ret_arguments = memcpy(
                        arena_alloc(arena, m.length * sizeof(*m.result)), m.result, m.length * sizeof(*m.result));
        return result;
}
