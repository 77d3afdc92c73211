/* SPDX-License-Identifier: MIT */
/* Generations: the systems that a container has had, as Nix keeps them. The profile PROFILE is a link to one of the links
 * PROFILE-NUMBER-link beside it, each of which leads to a system and protects it from Nix's garbage collector. nix-env(1), --profile and
 * --list-generations. The directory of profiles is the host's: no container can write there. */
#pragma once

#include "base/arena.h"

typedef struct Generation {
        unsigned number;
        const char *system; /* a path of the store, which may have been deleted */
        time_t created;
} Generation;

typedef struct Generations {
        Generation *items; /* by number; malloc(3) */
        size_t length, capacity;
        unsigned current; /* 0: the profile leads to none of them */
} Generations;

#define GENERATIONS_NULL ((Generations){0})

/* The number of generations that are kept unless somebody wants otherwise. */
#define GENERATIONS_KEPT 10

/* Reads the generations of @profile; there are none if its directory is missing. Systems are owned by @arena. */
MUST_CHECK int generations_read(Arena *arena, const char *profile, Generations *ret_generations);

/* Returns the generation @number, or NULL. */
const Generation *generations_find(const Generations *generations, unsigned number);

/* Returns the one before the current one, or NULL. */
const Generation *generations_before(const Generations *generations);

/* Adds a generation for @system, unless the last one has that system, as Nix does. Returns its number in @ret_number; *ret_added is whether
 * it is a new one. */
MUST_CHECK int generations_add(const char *profile, const char *system, unsigned *ret_number, bool *ret_added);

/* Makes @system, which runs or would be started, the current generation of @profile if it is not; that was a plain link with earlier
 * versions, with the previous system in the link PROFILE.before. */
MUST_CHECK int generations_adopt(const char *profile, const char *system);

/* Makes the generation @number the current one. */
MUST_CHECK int generations_set(const char *profile, unsigned number);

/* Deletes the generation @number. What fails is logged. */
void generations_delete(const char *profile, unsigned number);

/* Deletes all but the last @keep generations, the current one, and @before, which was current before. What fails is logged. */
void generations_clean(const char *profile, unsigned keep, unsigned before);

void generations_free(Generations *generations);

#define CLEANUP_GENERATIONS CLEANUP(generations_free)
