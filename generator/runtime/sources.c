/* SPDX-License-Identifier: MIT */
#include "runtime/sources.h"

#include <time.h>

#include "base/lines.h"
#include "base/path.h"
#include "base/words.h"
#include "runtime/host-paths.h"
#include "state/unit.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"
#include "systemd/option-path.h"

/* How often is looked for what is waited for. */
#define INTERVAL_MS 250

/* A line of the section. */
typedef struct Source {
        Arena *arena;
        const char *container;
        const char *type, *missing, *option, *path;
        const char *mount_point; /* NULL: that of @arguments */
        char *const *arguments;
} Source;

static bool parse_source(Source *s, const char *line, const char *end) {
        s->path = section_path(s->arena, line, end);
        s->type = take_word(s->arena, &line);
        s->missing = take_word(s->arena, &line);
        s->option = take_word(s->arena, &line);
        return s->path[0] == '/' && s->type && s->missing && s->option;
}

static const char *mount_point(const Source *s) {
        NspawnHostPath path;

        if (s->mount_point)
                return s->mount_point;
        for (char *const *argument = s->arguments; argument && *argument; argument++)
                if (nspawn_host_path(s->arena, *argument, &path) && path.mount_point && strcmp(path.path, s->path) == 0)
                        return path.mount_point;
        return s->path;
}

/* The option that has the host path. */
static const char *option_of(const Source *s) {
        const char *place = mount_point(s), *option = s->option;

        if (strcmp(option, "bindMounts") == 0)
                option = arena_printf(s->arena, "bindMounts.%s%s", option_path_part(s->arena, place),
                        strcmp(place, s->path) == 0 ? "" : ".hostPath");
        return option_path(s->arena, s->container, option);
}

#define refuse(s, error, format, ...) log_error(error, "%s: %s " format, option_of(s), (s)->path, ##__VA_ARGS__)

static const char *kind_of(mode_t mode) {
        return S_ISDIR(mode)                    ? "directory"
               : S_ISREG(mode)                  ? "file"
               : S_ISSOCK(mode)                 ? "socket"
               : S_ISCHR(mode) || S_ISBLK(mode) ? "device"
                                                : "FIFO";
}

static int check_kind(const Source *s, mode_t mode) {
        const char *kind = kind_of(mode);

        if (is_one_of(s->type, "any", kind))
                return 0;
        if (strcmp(s->option, "devices") == 0)
                return refuse(s, ENODEV, "is a %s, not a device: the container cannot start.%s", kind,
                        S_ISDIR(mode) ? " If it is empty and nothing else needs it, remove it." : "");
        return refuse(s, EINVAL,
                "is a %s, but hostPathType is %s: the container cannot start. Change hostPathType, or move it away.",
                kind, s->type);
}

/* The deepest directory above @path that is there, without symbolic links. */
static bool existing_directory(const char *path, char ret_directory[PATH_MAX]) {
        char above[PATH_MAX];

        snprintf(above, sizeof(above), "%s", path);
        for (char *slash; (slash = strrchr(above, '/'));) {
                *slash = '\0';
                if (realpath(*above ? above : "/", ret_directory))
                        return true;
        }
        return false;
}

/* Whether something other than a directory is where a directory is to be mounted: it has been a file before. */
static bool was_file(const Source *s) {
        const char *root = s->arguments ? nspawn_value(s->arguments, "--directory=") : NULL;
        struct stat status;

        return root && strcmp(s->type, "file") != 0 &&
               lstat(arena_join(s->arena, root, mount_point(s)), &status) == 0 &&
               (S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISCHR(status.st_mode) ||
                       S_ISBLK(status.st_mode));
}

static int check_creation(const Source *s) {
        char directory[PATH_MAX];
        struct stat status;

        if (lstat(s->path, &status) == 0)
                return refuse(s, ENOENT,
                        "is a symbolic link to nothing: the container cannot start. Create its target, or set "
                        "hostPathMissing: wait.");
        if (existing_directory(s->path, directory) && path_is_made_by_others(directory))
                return refuse(s, ENOENT,
                        "does not exist, and nothing is created in %s: the container cannot start. Create it (see "
                        "tmpfiles.d(5)), or set hostPathMissing: wait.",
                        directory);
        if (was_file(s))
                return refuse(s, ENOENT,
                        "does not exist, and is not created as a directory, because %s in the container's rootfs is a "
                        "file: the container cannot start. Create it, or set hostPathType: file.",
                        mount_point(s));
        return 0;
}

static int check_missing(const Source *s) {
        bool is_file = strcmp(s->type, "file") == 0, is_creatable = is_file || is_one_of(s->type, "directory", "any");

        if (strcmp(s->missing, "create") == 0)
                return check_creation(s);
        if (strcmp(s->option, "devices") == 0)
                return refuse(s, ENODEV,
                        "does not exist: the container cannot start. Connect the device or load its driver; the next "
                        "start waits for it again.");
        if (strcmp(s->missing, "wait") == 0)
                return refuse(s, ENOENT,
                        "does not exist, and has not appeared within timeoutStartSec: the container cannot start. "
                        "Check what is to create it.");
        if (!is_creatable || path_is_made_by_others(s->path))
                return refuse(s, ENOENT,
                        "does not exist: the container cannot start. Create it, start the container after what "
                        "creates it (option after), or set hostPathMissing: wait.");
        return refuse(s, ENOENT,
                "does not exist: the container cannot start. Create it, or set hostPathMissing: create to create %s, "
                "or hostPathMissing: wait to wait for it.",
                is_file ? "an empty file" : "a directory (with hostPathType: file, an empty file)");
}

/* Nobody in the container is the owner of a node, nor in its group, if the users there are others. */
static void warn_of_mode(const Source *s, const struct stat *status) {
        if (strcmp(s->option, "devices") == 0 && nspawn_shifts_users(s->arguments) && (status->st_mode & 06) != 06)
                log_message(LOG_WARNING,
                        "%s: %s has mode %04o and belongs to nobody in the container, which has users of its own: it "
                        "can use the device only as far as all users of the host can. A udev rule can change the mode.",
                        option_of(s), s->path, status->st_mode & 07777);
}

static bool is_missing(const char *path) {
        return access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

static int check_source(const Source *s) {
        struct stat status;

        if (stat(s->path, &status) == 0) {
                warn_of_mode(s, &status);
                return check_kind(s, status.st_mode);
        }
        /* Of other errors systemd-nspawn says what they are. */
        return errno == ENOENT || errno == ENOTDIR ? check_missing(s) : 0;
}

int sources_check(const char *container, const Buffer *sources, const Buffer *written, char *const arguments[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int result = 0;

        /* All that is wrong is said. */
        for_each_line(line, end, sources) {
                Source source = {.arena = &arena, .container = container, .arguments = arguments};

                if (parse_source(&source, line, end) && !host_paths_are_written(&arena, written, source.path))
                        keep_failure(&result, check_source(&source));
        }
        return result;
}

/* The mount point of @path among @mounts, or NULL. */
static const char *added_at(const char *path, char *const mounts[], size_t length) {
        for (size_t i = 0; i < length; i += 3)
                if (strcmp(mounts[i], path) == 0)
                        return mounts[i + 1];
        return NULL;
}

int sources_check_added(const char *container, const Buffer *sources, char *const mounts[], size_t length) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int result = 0;

        for_each_line(line, end, sources) {
                Source source = {.arena = &arena, .container = container};

                if (!parse_source(&source, line, end))
                        continue;
                source.mount_point = added_at(source.path, mounts, length);
                if (source.mount_point)
                        keep_failure(&result, check_source(&source));
                else if (strcmp(source.missing, "create") == 0 && is_missing(source.path))
                        keep_failure(&result, check_creation(&source));
        }
        return result;
}

static const char *first_missing(char *const paths[], size_t length) {
        for (size_t i = 0; i < length; i++)
                if (is_missing(paths[i]))
                        return paths[i];
        return NULL;
}

void sources_wait(const char *container, uint64_t usec, char *const paths[], size_t length) {
        const struct timespec interval = {.tv_nsec = INTERVAL_MS * 1000L * 1000};
        const char *missing = NULL, *said = NULL;

        for (uint64_t waited = 0; waited <= usec / 1000 && (missing = first_missing(paths, length));
                waited += INTERVAL_MS) {
                if (missing != said)
                        log_message(LOG_INFO, "Container %s is waiting for %s.", container, missing);
                said = missing;
                (void)nanosleep(&interval, NULL);
        }
}
