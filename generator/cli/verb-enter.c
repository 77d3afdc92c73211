/* SPDX-License-Identifier: MIT */
/* nixos-container login, root-login, run: getting into a container. */

#include "base/words.h"
#include "bus/manager.h"
#include "bus/session.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "config.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* As su(1) with -l: root's shell reads its profile, and on NixOS /etc/profile is what sets $PATH. */
#define LOGIN "exec \"${SHELL:-/bin/sh}\" -l"

/* The command is run by root's shell after it has read the profile, so that it has the same environment; by another one if
 * root's does not know "$@". */
#define RUN                                                                                                            \
        "shell=$SHELL; case ${shell##*/} in bash|dash|ksh|mksh|sh|zsh) ;; *) shell=/bin/sh ;; esac; "                  \
        "exec \"$shell\" -l -c 'exec \"$@\"' \"$shell\" \"$@\""

/* Looks whether the container runs. */
static int check_up(Host *host, const HostContainer *container) {
        const char *name = container->name;
        CLEANUP_BUS sd_bus *systemd = NULL;
        CLEANUP_FREE char *state = NULL;
        int r = systemd_connect(&systemd);

        if (r < 0)
                return r;
        state = unit_property(systemd, container_unit(&host->arena, name), "ActiveState");
        /* While it starts it can be entered once its own systemd runs. */
        if (is_one_of(state, "active", "reloading", "activating"))
                return 0;
        return log_error(ESRCH, "%s is not running. To start it, run: nixos-container start %s", name, name);
}

int verb_login(Host *host, const HostContainer *container) {
        char *const arguments[] = {(char *)TOOL_MACHINECTL, (char *)"login", (char *)container->name, NULL};
        int r = check_up(host, container);

        if (r < 0)
                return r;
        execv(arguments[0], arguments);
        return log_error(errno, "Failed to run %s: %m", arguments[0]);
}

/* cppcheck-suppress constParameter */
static int enter(Host *host, const HostContainer *container, const char *script, char *const arguments[], size_t n) {
        const char *const shell[] = {"/bin/sh", "-c", script, "sh"};
        const char **command = arena_alloc(&host->arena, sizeof(shell) + (n + 1) * sizeof(*command));
        int r = check_up(host, container);

        if (r < 0)
                return r;
        memcpy(command, shell, sizeof(shell));
        for (size_t i = 0; i < n; i++)
                command[sizeof(shell) / sizeof(shell[0]) + i] = arguments[i];
        return session_run(container->name, (char *const *)command);
}

int verb_root_login(Host *host, const HostContainer *container) {
        return enter(host, container, LOGIN, NULL, 0);
}

int verb_run(int argc, char *argv[]) {
        CLEANUP_HOST Host host = HOST_NULL;
        const HostContainer *container;
        int command = argc > 2 && strcmp(argv[2], "--") == 0 ? 3 : 2;

        if (argc < 2 || argv[1][0] == '-')
                return fail_usage(argv, "missing container name.");
        if (command >= argc)
                return fail_usage(argv, "missing command.");
        host_read(&host);
        container = host_find(&host, argv[1]);
        return container ? enter(&host, container, RUN, argv + command, (size_t)(argc - command)) : -ENOENT;
}
