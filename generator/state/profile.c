/* SPDX-License-Identifier: MIT */
#include "state/profile.h"

#include "base/path.h"
#include "base/words.h"

#define STORE "/nix/store/"

/* In the container these are other profiles than those of its own. */
#define OTHERS "per-container"

/* Other names are none that Nix's programs are given. */
#define NAME_ALPHABET "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-._?="

const char *profile_of(Arena *arena, const char *name, const char *system, const char **ret_below) {
        const char *profile = path_behind(system, NIX_VAR "/profiles");
        size_t length = profile ? strcspn(profile, "/") : 0;

        if (length == 0 || profile[0] == '.' || length >= NAME_MAX / 2 || strspn(profile, NAME_ALPHABET) < length ||
                (length == strlen(OTHERS) && strncmp(profile, OTHERS, length) == 0))
                return NULL;
        *ret_below = profile + length;
        return arena_printf(arena, NIX_PROFILES "%s/%.*s", name, (int)length, profile);
}

static const char *read_target(Arena *arena, const char *link) {
        char target[PATH_MAX];
        ssize_t length = readlinkat(AT_FDCWD, link, target, sizeof(target));

        return length > 0 && length < PATH_MAX ? arena_copy(arena, target, (size_t)length) : NULL;
}

static bool is_store_path(const char *path) {
        const char *name = text_behind(path, STORE);

        return name && *name && *name != '.' && !strchr(name, '/');
}

const char *profile_target(Arena *arena, const char *profile) {
        const char *slash = strrchr(profile, '/'), *target = read_target(arena, profile);

        /* A generation beside it. */
        if (target && *target != '.' && !strchr(target, '/'))
                target = read_target(arena, arena_printf(arena, "%.*s/%s", (int)(slash - profile), profile, target));
        return target && is_store_path(target) ? target : NULL;
}

const char *profile_system(Arena *arena, const char *root, const char *name, const char *system) {
        const char *below, *profile = profile_of(arena, name, system, &below), *target;

        if (!profile)
                return system;
        target = profile_target(arena, arena_join(arena, root, profile));
        return target ? arena_join(arena, target, below) : NULL;
}

bool profile_is_missing(Arena *arena, const char *root, const char *name, const char *system) {
        const char *below, *profile = profile_of(arena, name, system, &below);
        struct stat status;

        return profile && lstat(arena_join(arena, root, profile), &status) < 0 && errno == ENOENT;
}
