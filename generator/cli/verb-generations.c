/* SPDX-License-Identifier: MIT */
/* nixos-container generations: the systems that a container can return to. */
#include <inttypes.h>
#include <time.h>

#include "base/text.h"
#include "cli/generations.h"
#include "cli/imperative.h"
#include "cli/nix-build.h"
#include "cli/verbs.h"
#include "state/profile.h"
#include "systemd/log.h"

static const char *date_text(Arena *arena, time_t time) {
        char text[sizeof("2026-01-01 00:00:00")];
        struct tm tm;

        return localtime_r(&time, &tm) && strftime(text, sizeof(text), "%F %T", &tm) > 0
                       ? arena_copy(arena, text, strlen(text))
                       : "";
}

/* @created: 0 if unknown. */
static void print_row(Arena *arena, const char *number, time_t created, const char *system, bool is_current) {
        uint64_t size;

        printf("%6s  %-19s  %9s  %s%s\n", number, created ? date_text(arena, created) : "",
                nix_closure_size(system, &size) ? arena_printf(arena, "%" PRIu64 " MiB", size >> 20) : "",
                printable(arena, system), is_current ? " (current)" : "");
}

/* @system: that the container has, of its own number or, with earlier versions, without one; NULL: none yet. */
static void print_generations(Arena *arena, const Generations *generations, const char *system) {
        const Generation *current = generations_find(generations, generations->current);

        if (current && (!system || strcmp(current->system, system) != 0))
                current = NULL;
        printf("%6s  %-19s  %9s  SYSTEM\n", "NUMBER", "DATE", "SIZE");
        for (size_t i = 0; i < generations->length; i++) {
                const Generation *generation = &generations->items[i];

                print_row(arena, arena_number(arena, generation->number), generation->created, generation->system,
                        generation == current);
        }
        if (system && !current)
                print_row(arena, "-", 0, system, true);
}

int verb_generations(Host *host, const HostContainer *container) {
        CLEANUP_GENERATIONS Generations generations = GENERATIONS_NULL;
        Arena *arena = &host->arena;
        const char *profile = imperative_declared_profile(arena, container), *system;
        int r;

        if (!profile && !is_imperative(host, container)) {
                log_message(LOG_ERR, "Container %s has no generations of its own.", container->name);
                imperative_explain_declared(container);
                return -EINVAL;
        }
        system = profile ? profile_target(arena, profile) : container->declared->system.text;
        if (!profile)
                profile = imperative_paths(arena, container->name).profile;
        r = generations_read(arena, profile, &generations);
        if (r < 0)
                return r;
        if (generations.length == 0 && !system)
                return log_error(ENOENT, "%s: " NOTHING_DEPLOYED, container->name, container->name);
        print_generations(arena, &generations, system);
        return 0;
}
