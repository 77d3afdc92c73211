/* SPDX-License-Identifier: MIT */
#include "cli/imperative.h"

#include <sys/file.h>

#include "base/interrupt.h"
#include "manifest/model.h"
#include "state/paths.h"
#include "systemd/log.h"

/* Not below /run/lock, where on some hosts anybody can make and lock files. */
#define LOCK_FILE "/run/nixos-container.lock"

ImperativePaths imperative_paths(Arena *arena, const char *name) {
        ImperativePaths paths = {
                .manifest = arena_printf(arena, MANIFESTS_DIRECTORY "/%s.yaml", name),
                .root = arena_join(arena, STATE_ROOTS, name),
                .profiles = arena_join(arena, "/nix/var/nix/profiles/per-container/", name),
                .gcroots = arena_join(arena, "/nix/var/nix/gcroots/per-container/", name),
        };

        paths.profile = arena_join(arena, paths.profiles, "/system");
        paths.profile_before = arena_join(arena, paths.profiles, "/system.before");
        return paths;
}

bool is_imperative(const Host *host, const HostContainer *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *file = imperative_paths(&arena, container->name).manifest;
        struct stat status;

        if (!container->declared || strcmp(container->declared->file, file) != 0 || lstat(file, &status) < 0 ||
                !S_ISREG(status.st_mode))
                return false;
        for (size_t i = 0; i < host->manifest.length; i++)
                if (host->manifest.containers[i] != container->declared &&
                        strcmp(host->manifest.containers[i]->file, file) == 0)
                        return false;
        return true;
}

const HostContainer *imperative_find(const Host *host, const char *name, const char *done) {
        const HostContainer *container = host_find(host, name);

        if (!container || is_imperative(host, container))
                return container;
        if (!container->declared)
                log_message(LOG_ERR,
                        "%s cannot be %s: it runs, and is no longer declared. To stop it: nixos-container stop %s",
                        name, done, name);
        else
                log_message(LOG_ERR, "%s cannot be %s: it is declarative, %s:%u declares it.", name, done,
                        container->declared->file, container->declared->name.mark.line);
        return NULL;
}

int imperative_lock(void) {
        CLEANUP_CLOSE int fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0)
                return log_error(errno, LOCK_FILE ": %m");
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                if (errno != EWOULDBLOCK)
                        return log_error(errno, LOCK_FILE ": %m");
                fprintf(stderr, "Waiting for another nixos-container to be done.\n");
                if (flock(fd, LOCK_EX) < 0)
                        return log_error(errno, LOCK_FILE ": %m");
        }
        return take_fd(&fd);
}

int imperative_check_interrupt(void) {
        if (!interrupt_seen())
                return 0;
        log_message(LOG_ERR, "Interrupted: nothing was changed.");
        return -EINTR;
}

int imperative_make_directory(const char *path) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        char *copy = arena_copy(&arena, path, strlen(path));

        for (char *slash = copy + 1;; slash++) {
                char before = *slash;

                if (before != '/' && before != '\0')
                        continue;
                *slash = '\0';
                if (mkdir(copy, 0755) < 0 && errno != EEXIST)
                        return log_error(errno, "Cannot make %s: %m", copy);
                if (before == '\0')
                        return 0;
                *slash = before;
        }
}

int imperative_remove_manifest(const ImperativePaths *paths) {
        return unlink(paths->manifest) < 0 ? log_error(errno, "Cannot remove %s: %m", paths->manifest) : 0;
}
