#include "nix-build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "log.h"
#include "run-program.h"

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
        status = run_program((char *const *)arguments, &nothing);
        if (status != 0)
                log_message(LOG_ERR, "The system could not be built.");
        return status == 0;
}

static bool set_flake(const char *profile, const NixSource *source) {
        Arena arena = ARENA_NULL;
        const char *hash = strchr(source->flake, '#');
        size_t length = hash ? (size_t)(hash - source->flake) : strlen(source->flake);
        const char *const arguments[] = {TOOL_NIX, "build", "--extra-experimental-features", "nix-command flakes",
                "--no-link", "--profile", profile,
                arena_printf(&arena, "%.*s#nixosConfigurations.\"%s\".config.system.build.toplevel", (int)length,
                        source->flake, hash ? hash + 1 : "container"),
                source->refresh ? "--refresh" : NULL, NULL};
        bool good = run(arguments);

        arena_free(&arena);
        return good;
}

static bool set_configuration(const char *profile, const NixSource *source) {
        Arena arena = ARENA_NULL;
        const char *const arguments[] = {TOOL_NIX_ENV, "--profile", profile, "--file",
                source->nixos_path ? source->nixos_path : "<nixpkgs/nixos>", "-I",
                arena_join(&arena, "nixos-config=", source->configuration), "--set", "--attr", "system", NULL};
        bool good = run(arguments);

        arena_free(&arena);
        return good;
}

static bool set_link(const char *profile, const char *target) {
        Arena arena = ARENA_NULL;
        const char *temporary = arena_join(&arena, profile, ".new");
        bool good;

        (void)unlink(temporary);
        good = symlink(target, temporary) >= 0 && rename(temporary, profile) >= 0;
        if (!good) {
                log_message(LOG_ERR, "Cannot make %s: %s", profile, strerror(errno));
                (void)unlink(temporary);
        }
        arena_free(&arena);
        return good;
}

static bool set_system(const char *profile, const char *path) {
        char system[PATH_MAX], init[PATH_MAX + sizeof("/init")];
        const char *const arguments[] = {TOOL_NIX_ENV, "--profile", profile, "--set", system, NULL};

        if (!realpath(path, system)) {
                log_message(LOG_ERR, "%s: %s", path, strerror(errno));
                return false;
        }
        snprintf(init, sizeof(init), "%s/init", system);
        if (access(init, X_OK) < 0) {
                log_message(LOG_ERR, "%s is not a system: there is no \"init\" to run in it.", system);
                return false;
        }
        return access(TOOL_NIX_ENV, X_OK) >= 0 ? run(arguments) : set_link(profile, system);
}

bool nix_set_profile(const char *profile, const NixSource *source) {
        if (source->system_path)
                return set_system(profile, source->system_path);
        if (source->flake)
                return set_flake(profile, source);
        return set_configuration(profile, source);
}

bool nix_profile_target(Arena *arena, const char *profile, const char **ret_target) {
        char target[PATH_MAX];
        ssize_t length = readlinkat(AT_FDCWD, profile, target, sizeof(target));

        if (length < 0 && errno != ENOENT) {
                log_message(LOG_ERR, "%s: %s", profile, strerror(errno));
                return false;
        }
        *ret_target = length >= 0 ? arena_copy(arena, target, (size_t)length) : NULL;
        return true;
}

bool nix_reset_profile(const char *profile, const char *target) {
        if (target)
                return set_link(profile, target);
        if (unlink(profile) >= 0 || errno == ENOENT)
                return true;
        log_message(LOG_ERR, "Cannot remove %s: %s", profile, strerror(errno));
        return false;
}
