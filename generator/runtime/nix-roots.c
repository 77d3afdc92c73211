/* SPDX-License-Identifier: MIT */
#include "runtime/nix-roots.h"

#include <sys/file.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/words.h"
#include "state/paths.h"
#include "systemd/log.h"

#define STORE "/nix/store/"

/* The hash in a name of the store, in the alphabet of Nix, and the longest name. */
#define HASH_LENGTH 32
#define HASH_ALPHABET "0123456789abcdfghijklmnpqrsvwxyz"
#define STORE_NAME_MAX (HASH_LENGTH + 1 + 211)
#define STORE_NAME_ALPHABET "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-._?="

const char *nix_store_name(const char *path, size_t *ret_length) {
        const char *name = text_behind(path, STORE);
        size_t length = name ? strcspn(name, "/") : 0;

        if (length < HASH_LENGTH + 2 || length > STORE_NAME_MAX || strspn(name, HASH_ALPHABET) != HASH_LENGTH ||
                name[HASH_LENGTH] != '-' || strspn(name, STORE_NAME_ALPHABET) < length)
                return NULL;
        *ret_length = length;
        return name;
}

bool nix_read_link(int directory, const char *name, char ret_target[static PATH_MAX]) {
        ssize_t length = readlinkat(directory, name, ret_target, PATH_MAX);

        if (length < 0 || length == PATH_MAX)
                return false;
        ret_target[length] = '\0';
        return true;
}

int nix_open_closed(const char *path) {
        CLEANUP_CLOSE int fd = -1;

        if (make_directory(AT_FDCWD, path, 0700) < 0)
                return -1;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || close_to_others(fd) < 0)
                return -1;
        return take_fd(&fd);
}

/* What a container's links lead to. */
typedef struct Reading {
        Arena arena;
        const char **names; /* of the store; one may be there more than once */
        size_t length, capacity;
        unsigned directories, entries; /* so many were read */
        void (*visit)(int directory, void *userdata);
        void *userdata;
} Reading;

static void reading_free(Reading *reading) {
        free(reading->names);
        arena_free(&reading->arena);
}

static void add_name(Reading *reading, const char *path) {
        size_t length;
        const char *name = nix_store_name(path, &length);

        if (!name)
                return;
        reading->names = grow_array(reading->names, reading->length, &reading->capacity, sizeof(*reading->names));
        reading->names[reading->length++] = arena_copy(&reading->arena, name, length);
}

static int read_tree(Reading *reading, int parent, const char *name, unsigned depth);

/* NOLINTNEXTLINE(misc-no-recursion) */
static int read_entry(Reading *reading, int directory, const struct dirent *entry, unsigned depth) {
        const char *name = entry->d_name;
        char target[PATH_MAX];

        if (++reading->entries > NIX_ENTRIES_MAX)
                return -E2BIG;
        /* A file is kept for its name, as Nix does. */
        if (entry->d_type == DT_REG)
                add_name(reading, arena_join(&reading->arena, STORE, name));
        if ((entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) && nix_read_link(directory, name, target))
                add_name(reading, target);
        if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)
                return read_tree(reading, directory, name, depth + 1);
        return 0;
}

/* Reads on whatever fails, but not on and on. Does not say why it has failed. NOLINTNEXTLINE(misc-no-recursion) */
static int read_tree(Reading *reading, int parent, const char *name, unsigned depth) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(parent, name);
        const struct dirent *entry;
        int result = 0;

        if (!directory)
                return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : negative_errno();
        if (depth > NIX_DEPTH_MAX || ++reading->directories > NIX_DIRECTORIES_MAX)
                return -E2BIG;
        if (reading->visit)
                reading->visit(dirfd(directory), reading->userdata);
        for (errno = 0; result != -E2BIG && (entry = readdir(directory)); errno = 0)
                if (!is_one_of(entry->d_name, ".", ".."))
                        keep_failure(&result, read_entry(reading, dirfd(directory), entry, depth));
        /* At the end, too, it is 0. */
        if (errno != 0)
                keep_failure(&result, negative_errno());
        return result;
}

static int compare_names(const void *a, const void *b) {
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_root(int roots, Arena *arena, const char *name) {
        const char *path = arena_join(arena, STORE, name);

        /* What is not there is nothing to keep. */
        if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0 || symlinkat(path, roots, name) >= 0)
                return 0;
        return errno == EEXIST ? 0 : negative_errno();
}

/* Makes the links in @roots those to what was read. If that was not @all, none is removed. */
static int update_links(int roots, Reading *reading, bool all) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(roots, ".");
        const struct dirent *entry;
        int result = directory ? 0 : negative_errno();

        if (reading->length > 1)
                qsort(reading->names, reading->length, sizeof(*reading->names), compare_names);
        for (size_t i = 0; i < reading->length; i++)
                if (i == 0 || strcmp(reading->names[i - 1], reading->names[i]) != 0)
                        keep_failure(&result, add_root(roots, &reading->arena, reading->names[i]));
        while (directory && all && (entry = readdir(directory))) {
                const char *name = entry->d_name;

                if (!is_one_of(name, ".", "..") &&
                        (reading->length == 0 ||
                                !bsearch(&name, reading->names, reading->length, sizeof(name), compare_names)) &&
                        unlinkat(roots, name, 0) < 0 && errno != ENOENT)
                        keep_failure(&result, negative_errno());
        }
        return result;
}

/* Opens the directory of links, which has one user at a time. */
static int open_roots(Arena *arena, const char *container) {
        CLEANUP_CLOSE int above = nix_open_closed(arena_copy(arena, NIX_ROOTS, strlen(NIX_ROOTS) - 1));
        CLEANUP_CLOSE int fd = above < 0 ? -1 : nix_open_closed(arena_join(arena, NIX_ROOTS, container));

        return fd < 0 || flock(fd, LOCK_EX) < 0 ? -1 : take_fd(&fd);
}

static int end_update(const char *container, int r) {
        if (r == -E2BIG)
                log_message(LOG_WARNING,
                        "Container %s has more than %u directories or %u links in " NIX_OWN
                        "%s, or deeper than %u levels: new store paths are not protected from garbage collection.",
                        container, NIX_DIRECTORIES_MAX, NIX_ENTRIES_MAX, container, NIX_DEPTH_MAX);
        else if (r < 0)
                log_message(LOG_WARNING,
                        "Failed to link the GC roots of container %s in " NIX_OWN "%s to " NIX_ROOTS
                        "%s: %s. New store paths may not be protected from garbage collection.",
                        container, container, container, strerror(-r));
        return r;
}

int nix_roots_update(const char *container, void (*visit)(int directory, void *userdata), void *userdata) {
        CLEANUP(reading_free) Reading reading = {.visit = visit, .userdata = userdata};
        CLEANUP_CLOSE int own =
                open(arena_join(&reading.arena, NIX_OWN, container), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        CLEANUP_CLOSE int roots = -1;
        int r = 0;

        if (own < 0)
                return errno == ENOENT ? 0 : end_update(container, negative_errno());
        roots = open_roots(&reading.arena, container);
        if (roots < 0)
                return end_update(container, negative_errno());
        if (visit)
                visit(own, userdata);
        keep_failure(&r, read_tree(&reading, own, "profiles", 0));
        if (r != -E2BIG)
                keep_failure(&r, read_tree(&reading, own, "gcroots", 0));
        keep_failure(&r, update_links(roots, &reading, r >= 0));
        return end_update(container, r);
}

int nix_roots_add_old(const char *container) {
        static const char *const above[] = {NIX_PROFILES, NIX_OLD_GCROOTS};
        CLEANUP(reading_free) Reading reading = {0};
        CLEANUP_CLOSE int roots = open_roots(&reading.arena, container);
        int r = roots < 0 ? negative_errno() : 0;

        for (size_t i = 0; roots >= 0 && i < sizeof(above) / sizeof(above[0]); i++) {
                CLEANUP_CLOSE int fd = open(above[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

                if (fd >= 0)
                        keep_failure(&r, read_tree(&reading, fd, container, 0));
                else if (errno != ENOENT)
                        keep_failure(&r, negative_errno());
        }
        if (roots >= 0)
                keep_failure(&r, update_links(roots, &reading, false));
        return end_update(container, r);
}
