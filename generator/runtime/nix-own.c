/* SPDX-License-Identifier: MIT */
#include "runtime/nix-own.h"

#include "base/file.h"
#include "base/words.h"
#include "runtime/nix-roots.h"
#include "state/profile.h"
#include "systemd/log.h"

/* What the container sees its profiles as. */
#define PROFILES_INSIDE NIX_VAR "/profiles"

/* Where a container's own directories are. */
typedef struct Own {
        Arena arena;
        const char *container;
        const char *profile; /* that the host makes for the container */
        int profiles, gcroots;
} Own;

static void own_free(Own *own) {
        cleanup_close(&own->profiles);
        cleanup_close(&own->gcroots);
        arena_free(&own->arena);
}

/* The profile that the program is in: PROFILES_INSIDE/PROFILE/…. */
static const char *find_profile(Arena *arena, char *const program[]) {
        for (; *program; program++) {
                const char *name = text_behind(*program, PROFILES_INSIDE "/");
                size_t length = name ? strcspn(name, "/") : 0;

                if (length > 0 && name[0] != '.' && length < NAME_MAX / 2)
                        return arena_copy(arena, name, length);
        }
        return "system";
}

/* Whether @rest is what stands behind the profile in the name of one of its generations: -NUMBER-link */
static bool is_generation(const char *rest) {
        size_t digits = rest[0] == '-' ? strspn(rest + 1, "0123456789") : 0;

        return digits > 0 && strcmp(rest + 1 + digits, "-link") == 0;
}

/* Whether @name in the directory of the host's is one of a profile that the host has made, or could have: it leads into the store, or to a
 * generation beside it. @ret_target is where it leads. */
static bool is_of_profile(const Own *own, int directory, const char *name, char ret_target[static PATH_MAX]) {
        const char *rest = text_behind(name, own->profile), *store_name, *generation;
        size_t length;

        if (!rest || (!is_one_of(rest, "", ".before") && !is_generation(rest)) ||
                !nix_read_link(directory, name, ret_target))
                return false;
        store_name = nix_store_name(ret_target, &length);
        if (store_name)
                return store_name[length] == '\0';
        generation = text_behind(ret_target, own->profile);
        return *rest == '\0' && generation && is_generation(generation);
}

/* Moves @name to the container's own. What it has of that name already is kept beside it. */
static int move_entry(int directory, const char *name, int to) {
        char beside[NAME_MAX + 1];

        for (unsigned i = 1;; i++) {
                if (renameat2(directory, name, to, name, RENAME_NOREPLACE) >= 0 || errno == ENOENT)
                        return 0;
                if (errno != EEXIST || i == 10000)
                        return negative_errno();
                snprintf(beside, sizeof(beside), "%.240s.%u", name, i);
                if (renameat2(to, name, to, beside, RENAME_NOREPLACE) < 0 && errno != EEXIST)
                        return negative_errno();
        }
}

/* Moves what is in @directory, but for the profile of the host's: the container gets links like these. */
static int move_content(Own *own, DIR *directory, int to, bool is_profiles) {
        const struct dirent *entry;
        char target[PATH_MAX];
        int r = 0;

        for (errno = 0; r >= 0 && (entry = readdir(directory)); errno = 0) {
                const char *name = entry->d_name;

                if (is_one_of(name, ".", ".."))
                        continue;
                if (!is_profiles || !is_of_profile(own, dirfd(directory), name, target))
                        r = move_entry(dirfd(directory), name, to);
                else if (symlinkat(target, to, name) < 0 && errno != EEXIST)
                        r = negative_errno();
        }
        if (r >= 0 && errno != 0)
                r = negative_errno();
        return r;
}

/* Makes of a directory that was the container's one of the host's, or none. */
static int take_over(Own *own, DIR *directory, const char *path, int to) {
        bool is_profiles = to == own->profiles;
        int r = move_content(own, directory, to, is_profiles);

        if (r >= 0 && (fchownat(dirfd(directory), "", 0, 0, AT_EMPTY_PATH) < 0 || fchmod(dirfd(directory), 0755) < 0))
                r = negative_errno();
        /* It is the last, and says what is still to be done. */
        if (r >= 0 && !is_profiles && rmdir(path) < 0 && errno != ENOENT)
                r = negative_errno();
        return r;
}

static int move_directory(Own *own, const char *above, int to) {
        const char *path = arena_join(&own->arena, above, own->container);
        CLEANUP_CLOSEDIR DIR *directory = open_directory(AT_FDCWD, path);
        int r;

        if (!directory && errno == ENOENT)
                return 0;
        r = directory ? take_over(own, directory, path, to) : negative_errno();
        return r < 0 ? log_error(r,
                               "Failed to move Nix profiles and GC roots of container %s from %s to " NIX_OWN "%s: %m",
                               own->container, path, own->container)
                     : 0;
}

/* Whether the container's are where an earlier version had them. */
static bool is_old(Own *own) {
        return path_exists(arena_join(&own->arena, NIX_OLD_GCROOTS, own->container));
}

static int move_old(Own *own) {
        int r;

        /* Meanwhile Nix may look for what to keep. */
        ignore_failure(nix_roots_add_old(own->container));
        r = move_directory(own, NIX_PROFILES, own->profiles);
        return r < 0 ? r : move_directory(own, NIX_OLD_GCROOTS, own->gcroots);
}

/* Opens a directory that the container writes. It is made if it is missing. */
static int open_own(int parent, const char *name) {
        if (make_directory(parent, name, 0755) < 0)
                return -1;
        return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Opens the directories, which are made where they are missing. Those above are the host's root's alone: what a container has installed may
 * make root of who runs it. So are those that it was in. */
static int open_directories(Own *own) {
        static const char *const needed[] = {"/nix", "/nix/var", NIX_VAR, NIX_VAR "/gcroots"};
        static const char *const closed[] = {NIX_VAR "/profiles/per-container", NIX_VAR "/gcroots/per-container"};
        CLEANUP_CLOSE int above = -1, fd = -1;

        for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
                if (make_directory(AT_FDCWD, needed[i], 0755) < 0)
                        return log_error(negative_errno(), "Failed to create %s: %m", needed[i]);
        for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
                if (path_exists(closed[i])) {
                        CLEANUP_CLOSE int old = nix_open_closed(closed[i]);

                        if (old < 0)
                                log_message(
                                        LOG_WARNING, "Failed to restrict access to %s: %s", closed[i], strerror(errno));
                }
        if ((above = nix_open_closed(NIX_VAR "/per-container")) < 0 ||
                (fd = nix_open_closed(arena_join(&own->arena, NIX_OWN, own->container))) < 0 ||
                (own->profiles = open_own(fd, "profiles")) < 0 || (own->gcroots = open_own(fd, "gcroots")) < 0)
                return log_error(negative_errno(), "Failed to set up " NIX_OWN "%s: %m", own->container);
        return 0;
}

/* Makes the argument @start/NAME:… of an earlier version what it is now. */
static void correct(Own *own, Arena *arena, char **argument, const char *above, const char *name) {
        const char *old = arena_printf(&own->arena, "--bind=%s%s:", above, own->container);
        const char *rest = text_behind(*argument, old);

        if (rest)
                *argument = arena_printf(arena, "--bind=" NIX_OWN "%s/%s:%s", own->container, name, rest);
}

/* Makes the arguments what they are in this version. Returns whether the container has directories of its own. */
static bool correct_arguments(Own *own, Arena *arena, char *program[]) {
        const char *bind = arena_printf(&own->arena, "--bind=" NIX_OWN "%s/", own->container);
        bool found = false;

        for (; *program; program++) {
                correct(own, arena, program, NIX_PROFILES, "profiles");
                correct(own, arena, program, NIX_OLD_GCROOTS, "gcroots");
                found = found || text_behind(*program, bind);
        }
        return found;
}

/* Whether the link @name of the host's was made after that of the container, if it has one. */
static bool is_newer(int host, int own, const char *name) {
        struct stat a, b;

        if (fstatat(host, name, &a, AT_SYMLINK_NOFOLLOW) < 0)
                return false;
        if (fstatat(own, name, &b, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT;
        return a.st_ctim.tv_sec != b.st_ctim.tv_sec ? a.st_ctim.tv_sec > b.st_ctim.tv_sec
                                                    : a.st_ctim.tv_nsec > b.st_ctim.tv_nsec;
}

static void publish(Own *own) {
        const char *path = arena_join(&own->arena, NIX_PROFILES, own->container);
        const char *temporary = arena_printf(&own->arena, ".%s.new", own->profile);
        const char *system = profile_target(&own->arena, arena_printf(&own->arena, "%s/%s", path, own->profile));
        CLEANUP_CLOSE int host = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        char found[PATH_MAX];

        if (host < 0 || !system || (nix_read_link(own->profiles, own->profile, found) && strcmp(system, found) == 0) ||
                !is_newer(host, own->profiles, own->profile))
                return;
        (void)unlinkat(own->profiles, temporary, 0);
        if (symlinkat(system, own->profiles, temporary) < 0 ||
                renameat(own->profiles, temporary, own->profiles, own->profile) < 0)
                log_message(LOG_WARNING, "Failed to show container %s its system %s as " PROFILES_INSIDE "/%s: %s",
                        own->container, system, own->profile, strerror(errno));
}

void nix_own_publish(const char *container, char *const program[]) {
        CLEANUP(own_free) Own own = {.container = container, .profiles = -1, .gcroots = -1};
        const char *path = arena_printf(&own.arena, NIX_OWN "%s/profiles", container);

        own.profile = find_profile(&own.arena, program);
        own.profiles = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (own.profiles >= 0)
                publish(&own);
        else if (errno != ENOENT)
                log_message(LOG_WARNING, "Failed to open %s: %s", path, strerror(errno));
}

int nix_own_move_old(const char *container) {
        CLEANUP(own_free)
        Own own = {.container = container, .profile = "system", .profiles = -1, .gcroots = -1};
        int r = open_directories(&own);

        return r < 0 ? r : move_old(&own);
}

int nix_own_prepare(Arena *arena, const char *container, char *program[]) {
        CLEANUP(own_free) Own own = {.container = container, .profiles = -1, .gcroots = -1};
        int r;

        if (!correct_arguments(&own, arena, program) && !is_old(&own))
                return 0;
        own.profile = find_profile(&own.arena, program);
        r = open_directories(&own);
        if (r >= 0 && is_old(&own))
                r = move_old(&own);
        if (r < 0)
                return r;
        publish(&own);
        /* It is said, and no reason not to start. */
        ignore_failure(nix_roots_update(container, NULL, NULL));
        return 0;
}
