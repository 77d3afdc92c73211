/* SPDX-License-Identifier: MIT */
#include "cli/generations.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/words.h"
#include "cli/nix-build.h"
#include "state/profile.h"
#include "systemd/log.h"

static const char *link_of(Arena *arena, const char *profile, unsigned number) {
        return arena_printf(arena, "%s-%u-link", profile, number);
}

/* Reads the number of a generation from the name of its link, of the profile @base. */
static bool read_number(const char *name, const char *base, unsigned *ret_number) {
        const char *rest = text_behind(name, base);
        uint64_t number = 0;
        size_t digits;

        if (!rest || rest[0] != '-' || rest[1] == '0')
                return false;
        digits = number_scan(rest + 1, INT_MAX, &number);
        *ret_number = (unsigned)number;
        return digits > 0 && number > 0 && strcmp(rest + 1 + digits, "-link") == 0;
}

static int compare_numbers(const void *a, const void *b) {
        const Generation *left = a, *right = b;

        return (left->number > right->number) - (left->number < right->number);
}

static void add_item(Arena *arena, const char *profile, unsigned number, Generations *generations) {
        const char *path = link_of(arena, profile, number), *system = profile_target(arena, path);
        struct stat status;

        if (!system || lstat(path, &status) < 0)
                return;
        generations->items = grow_array(
                generations->items, generations->length, &generations->capacity, sizeof(*generations->items));
        generations->items[generations->length++] =
                (Generation){.number = number, .system = system, .created = status.st_mtim.tv_sec};
}

int generations_read(Arena *arena, const char *profile, Generations *ret_generations) {
        const char *base = strrchr(profile, '/') + 1, *target;
        const char *path = arena_copy(arena, profile, (size_t)(base - profile));
        CLEANUP_CLOSEDIR DIR *directory = opendir(path);
        const struct dirent *entry;
        unsigned number;
        int r;

        if (!directory)
                return errno == ENOENT ? 0 : log_error(errno, "Failed to read %s: %m", path);
        while ((errno = 0, entry = readdir(directory)))
                if (read_number(entry->d_name, base, &number))
                        add_item(arena, profile, number, ret_generations);
        if (errno != 0)
                return log_error(errno, "Failed to read %s: %m", path);
        if (ret_generations->length > 0)
                qsort(ret_generations->items, ret_generations->length, sizeof(*ret_generations->items),
                        compare_numbers);
        r = nix_profile_target(arena, profile, &target);
        if (r >= 0 && target && read_number(target, base, &number))
                ret_generations->current = number;
        return r;
}

const Generation *generations_find(const Generations *generations, unsigned number) {
        for (size_t i = 0; i < generations->length; i++)
                if (generations->items[i].number == number)
                        return &generations->items[i];
        return NULL;
}

const Generation *generations_before(const Generations *generations) {
        const Generation *before = NULL;

        for (size_t i = 0; i < generations->length; i++)
                if (generations->items[i].number < generations->current)
                        before = &generations->items[i];
        return before;
}

int generations_add(const char *profile, const char *system, unsigned *ret_number, bool *ret_added) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_GENERATIONS Generations generations = GENERATIONS_NULL;
        const Generation *last;
        int r = generations_read(&arena, profile, &generations);

        if (r < 0)
                return r;
        last = generations.length > 0 ? &generations.items[generations.length - 1] : NULL;
        *ret_added = !last || strcmp(last->system, system) != 0;
        *ret_number = last ? last->number + *ret_added : 1;
        /* Nix may add one as well. */
        while (*ret_added && (r = symlink(system, link_of(&arena, profile, *ret_number))) < 0 && errno == EEXIST)
                (*ret_number)++;
        return r < 0 ? log_error(errno, "Failed to create %s: %m", link_of(&arena, profile, *ret_number)) : 0;
}

/* Finds the last generation with @system, or adds one. */
static int find_or_add(const char *profile, const char *system, unsigned *ret_number) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_GENERATIONS Generations generations = GENERATIONS_NULL;
        bool added;
        int r = generations_read(&arena, profile, &generations);

        if (r < 0)
                return r;
        for (size_t i = generations.length; i-- > 0;)
                if (strcmp(generations.items[i].system, system) == 0) {
                        *ret_number = generations.items[i].number;
                        return 0;
                }
        return generations_add(profile, system, ret_number, &added);
}

int generations_adopt(const char *profile, const char *system) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_GENERATIONS Generations generations = GENERATIONS_NULL;
        const char *before_link = arena_join(&arena, profile, ".before");
        const char *before = profile_target(&arena, before_link);
        const Generation *current;
        unsigned number;
        int r = generations_read(&arena, profile, &generations);

        if (r < 0)
                return r;
        current = generations_find(&generations, generations.current);
        if (current && strcmp(current->system, system) == 0)
                return 0;
        if ((before && strcmp(before, system) != 0 && (r = find_or_add(profile, before, &number)) < 0) ||
                (r = find_or_add(profile, system, &number)) < 0 || (r = generations_set(profile, number)) < 0)
                return r;
        return nix_set_profile(before_link, NULL);
}

int generations_set(const char *profile, unsigned number) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        return nix_set_profile(profile, strrchr(link_of(&arena, profile, number), '/') + 1);
}

void generations_delete(const char *profile, unsigned number) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *path = link_of(&arena, profile, number);

        if (unlink(path) < 0 && errno != ENOENT)
                log_message(LOG_WARNING, "Failed to remove %s: %s", path, strerror(errno));
}

void generations_clean(const char *profile, unsigned keep, unsigned before) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_GENERATIONS Generations generations = GENERATIONS_NULL;

        if (generations_read(&arena, profile, &generations) < 0)
                return;
        for (size_t i = 0; i + keep < generations.length; i++) {
                unsigned number = generations.items[i].number;

                if (number != generations.current && number != before)
                        generations_delete(profile, number);
        }
}

void generations_free(Generations *generations) {
        free(generations->items);
        *generations = GENERATIONS_NULL;
}
