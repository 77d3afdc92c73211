/* SPDX-License-Identifier: MIT */
#include "cli/nix-build.h"

#include <sys/mman.h>

#include "base/interrupt.h"
#include "base/number.h"
#include "base/run-program.h"
#include "config.h"
#include "manifest/closures.h"
#include "state/removal.h"
#include "systemd/log.h"

/* How long Nix may take to tell a size: another process may have its database. */
#define SIZE_TIMEOUT_S 10

/* The profile that Nix makes. */
static const char new_profile[] = NIX_DIRECTORY "/system";

static int run(const char *const arguments[]) {
        int r;

        if (access(arguments[0], X_OK) < 0)
                return log_error(ENOENT,
                        "Building a system requires Nix, but %s does not exist. Use --system-path for an existing "
                        "system.",
                        arguments[0]);
        r = interrupt_end_program(start_program((char *const *)arguments, &BUFFER_NULL, false), 0);
        if (r < 0 && r != -ECHILD)
                (void)log_error(r, "Failed to run %s: %m", arguments[0]);
        if (r != 0 && !interrupt_seen())
                log_message(LOG_ERR, "Failed to build the system.");
        return r > 0 ? -EIO : r;
}

/* Runs Nix with the @arguments, and those that users have added. */
static int run_nix(const char *const arguments[], const NixSource *source) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        size_t length = 0, added = 0;
        const char **all;

        while (arguments[length])
                length++;
        while (source->options && source->options[added])
                added++;
        all = arena_alloc(&arena, (length + added + 1) * sizeof(*all));
        for (size_t i = 0; i < length + added; i++)
                all[i] = i < length ? arguments[i] : source->options[i - length];
        return run(all);
}

static int build_flake(const NixSource *source) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *hash = strchr(source->flake, '#'), *attribute = hash ? hash + 1 : "container";
        size_t length = hash ? (size_t)(hash - source->flake) : strlen(source->flake);
        const char *const arguments[] = {TOOL_NIX, "build", "--extra-experimental-features", "nix-command flakes",
                "--no-link", "--profile", new_profile,
                arena_printf(&arena, "%.*s#nixosConfigurations.\"%s\".config.system.build.toplevel", (int)length,
                        source->flake, attribute),
                source->refresh ? "--refresh" : NULL, NULL};

        /* Nix knows no escape for one there. */
        if (strchr(attribute, '"'))
                return log_error(EINVAL, "Invalid flake attribute (must not contain '\"'): %s", source->flake);
        return run_nix(arguments, source);
}

static int build_configuration(const NixSource *source) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *const arguments[] = {TOOL_NIX_ENV, "--profile", new_profile, "--file",
                source->nixos_path ? source->nixos_path : "<nixpkgs/nixos>", "-I",
                arena_join(&arena, "nixos-config=", source->configuration), "--set", "--attr", "system", NULL};

        return run_nix(arguments, source);
}

int nix_begin(void) {
        /* One that was interrupted may have left it behind. */
        int r = remove_directory_tree(NIX_DIRECTORY);

        if (r < 0)
                return r;
        return mkdir(NIX_DIRECTORY, 0700) < 0 ? log_error(errno, "Failed to create " NIX_DIRECTORY ": %m") : 0;
}

void nix_end(void) {
        (void)remove_directory_tree(NIX_DIRECTORY);
}

int nix_build(Arena *arena, const NixSource *source, const char **ret_system) {
        const char *path = source->system_path ? source->system_path : new_profile;
        char system[PATH_MAX];
        int r = 0;

        if (!source->system_path)
                r = source->flake ? build_flake(source) : build_configuration(source);
        if (r < 0)
                return r;
        if (!realpath(path, system))
                return log_error(errno, "Failed to resolve %s: %m", path);
        if (access(arena_join(arena, system, "/init"), X_OK) < 0)
                return log_error(EINVAL, "%s is not a NixOS system: missing \"init\".", system);
        if (!is_in_store(system))
                return log_error(EINVAL, "Invalid system %s (expected a path in " STORE_DIRECTORY ").", system);
        *ret_system = arena_copy(arena, system, strlen(system));
        return 0;
}

/* Reads what nix path-info prints: the path and a number. */
static bool read_size(int fd, uint64_t *ret_size) {
        char text[2 * PATH_MAX];
        ssize_t length = pread(fd, text, sizeof(text) - 1, 0);
        const char *number;

        if (length <= 0)
                return false;
        text[length] = '\0';
        number = text + strcspn(text, " \t");
        return number_scan(number + strspn(number, " \t"), UINT64_MAX, ret_size) > 0;
}

bool nix_closure_size(const char *system, uint64_t *ret_size) {
        const char *const arguments[] = {
                TOOL_NIX, "path-info", "--extra-experimental-features", "nix-command", "--closure-size", system, NULL};
        CLEANUP_CLOSE int fd = access(TOOL_NIX, X_OK) == 0 ? memfd_create("size", MFD_CLOEXEC) : -1,
                          null = open("/dev/null", O_RDWR | O_CLOEXEC);
        pid_t pid;

        if (fd < 0 || null < 0)
                return false;
        if ((pid = fork()) == 0) {
                if (dup2(fd, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0)
                        execv(arguments[0], (char *const *)arguments);
                end_child(EXIT_FAILURE);
        }
        return interrupt_end_program(pid < 0 ? negative_errno() : pid, SIZE_TIMEOUT_S) == 0 && read_size(fd, ret_size);
}

int nix_profile_target(Arena *arena, const char *profile, const char **ret_target) {
        char target[PATH_MAX];
        ssize_t length = readlinkat(AT_FDCWD, profile, target, sizeof(target));

        if (length < 0 && errno == EINVAL)
                return log_error(EEXIST, "%s already exists and is not a symbolic link.", profile);
        if (length < 0 && errno != ENOENT)
                return log_error(errno, "Failed to read %s: %m", profile);
        *ret_target = length >= 0 ? arena_copy(arena, target, (size_t)length) : NULL;
        return 0;
}

int nix_set_profile(const char *profile, const char *target) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *temporary = arena_join(&arena, profile, ".new");
        int r;

        if (!target)
                return unlink(profile) < 0 && errno != ENOENT ? log_error(errno, "Failed to remove %s: %m", profile)
                                                              : 0;
        (void)unlink(temporary);
        if (symlink(target, temporary) >= 0 && rename(temporary, profile) >= 0)
                return 0;
        r = log_error(errno, "Failed to create %s: %m", profile);
        (void)unlink(temporary);
        return r;
}

/* Behind a "$" it may go on with "{". A carriage return that is not escaped is read as a newline. */
char *nix_quote(Arena *arena, const char *text) {
        char *quoted = arena_alloc(arena, 2 * strlen(text) + 3), *end = quoted;

        *end++ = '"';
        for (; *text; text++) {
                if (strchr("\"\\$\r", *text))
                        *end++ = '\\';
                *end++ = (char)(*text == '\r' ? 'r' : *text);
        }
        *end = '"';
        return quoted;
}
