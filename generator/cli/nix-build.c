/* SPDX-License-Identifier: MIT */
#include "cli/nix-build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/run-program.h"
#include "config.h"
#include "manifest/closures.h"
#include "state/removal.h"
#include "systemd/log.h"

/* The profile that Nix makes. */
static const char new_profile[] = NIX_DIRECTORY "/system";

static bool run(const char *const arguments[]) {
        const Buffer nothing = BUFFER_NULL;
        int status;

        if (access(arguments[0], X_OK) < 0) {
                log_message(LOG_ERR,
                        "Building a system takes Nix, and there is no %s here. A system that is built already can be "
                        "given as --system-path.",
                        arguments[0]);
                return false;
        }
        status = interrupt_end_program(start_program((char *const *)arguments, &nothing, false));
        if (status < 0 && status != -ECHILD)
                (void)log_error(status, "%s: %m", arguments[0]);
        if (status != 0 && !interrupt_seen())
                log_message(LOG_ERR, "The system could not be built.");
        return status == 0;
}

static bool build_flake(const NixSource *source) {
        Arena arena = ARENA_NULL;
        const char *hash = strchr(source->flake, '#');
        size_t length = hash ? (size_t)(hash - source->flake) : strlen(source->flake);
        const char *const arguments[] = {TOOL_NIX, "build", "--extra-experimental-features", "nix-command flakes",
                "--no-link", "--profile", new_profile,
                arena_printf(&arena, "%.*s#nixosConfigurations.\"%s\".config.system.build.toplevel", (int)length,
                        source->flake, hash ? hash + 1 : "container"),
                source->refresh ? "--refresh" : NULL, NULL};
        bool good = run(arguments);

        arena_free(&arena);
        return good;
}

static bool build_configuration(const NixSource *source) {
        Arena arena = ARENA_NULL;
        const char *const arguments[] = {TOOL_NIX_ENV, "--profile", new_profile, "--file",
                source->nixos_path ? source->nixos_path : "<nixpkgs/nixos>", "-I",
                arena_join(&arena, "nixos-config=", source->configuration), "--set", "--attr", "system", NULL};
        bool good = run(arguments);

        arena_free(&arena);
        return good;
}

bool nix_begin(void) {
        /* One that was interrupted may have left it behind. */
        if (remove_directory_tree(NIX_DIRECTORY) < 0)
                return false;
        if (mkdir(NIX_DIRECTORY, 0700) >= 0)
                return true;
        log_message(LOG_ERR, "Cannot make " NIX_DIRECTORY ": %s", strerror(errno));
        return false;
}

void nix_end(void) {
        (void)remove_directory_tree(NIX_DIRECTORY);
}

const char *nix_build(Arena *arena, const NixSource *source) {
        const char *path = source->system_path ? source->system_path : new_profile;
        char system[PATH_MAX];

        if (!source->system_path && !(source->flake ? build_flake(source) : build_configuration(source)))
                return NULL;
        if (!realpath(path, system))
                log_message(LOG_ERR, "%s: %s", path, strerror(errno));
        else if (access(arena_join(arena, system, "/init"), X_OK) < 0)
                log_message(LOG_ERR, "%s is not a system: there is no \"init\" to run in it.", system);
        else if (!is_in_store(system))
                log_message(LOG_ERR, "%s is not in " STORE_DIRECTORY ", where the system of a container has to be.",
                        system);
        else
                return arena_copy(arena, system, strlen(system));
        return NULL;
}

bool nix_profile_target(Arena *arena, const char *profile, const char **ret_target) {
        char target[PATH_MAX];
        ssize_t length = readlinkat(AT_FDCWD, profile, target, sizeof(target));

        if (length < 0 && errno != ENOENT) {
                log_message(LOG_ERR, "%s: %s", profile,
                        errno == EINVAL ? "it is there already, and is no link" : strerror(errno));
                return false;
        }
        *ret_target = length >= 0 ? arena_copy(arena, target, (size_t)length) : NULL;
        return true;
}

static bool set_link(const char *path, const char *target) {
        Arena arena = ARENA_NULL;
        const char *temporary = arena_join(&arena, path, ".new");
        bool good;

        (void)unlink(temporary);
        good = symlink(target, temporary) >= 0 && rename(temporary, path) >= 0;
        if (!good) {
                log_message(LOG_ERR, "Cannot make %s: %s", path, strerror(errno));
                (void)unlink(temporary);
        }
        arena_free(&arena);
        return good;
}

bool nix_set_profile(const char *profile, const char *target) {
        if (target)
                return set_link(profile, target);
        if (unlink(profile) >= 0 || errno == ENOENT)
                return true;
        log_message(LOG_ERR, "Cannot remove %s: %s", profile, strerror(errno));
        return false;
}
