/* SPDX-License-Identifier: MIT */
/* nixos-container login, root-login, run: getting into a container. */

#include "bus/manager.h"
#include "bus/session.h"
#include "cli/host.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "config.h"
#include "systemd/log.h"

/* As su(1) with -l: root's shell reads its profile, and on NixOS /etc/profile is what sets $PATH. */
#define LOGIN "exec \"${SHELL:-/bin/sh}\" -l"

/* The command is run by root's shell after it has read the profile, so that it has the same environment; by another one if
 * root's does not know "$@". */
#define RUN                                                                                                            \
        "shell=$SHELL; case ${shell##*/} in bash|dash|ksh|mksh|sh|zsh) ;; *) shell=/bin/sh ;; esac; "                  \
        "exec \"$shell\" -l -c 'exec \"$@\"' \"$shell\" \"$@\""

/* Finds a container that runs. */
static int find_up(Host *host, const char *name) {
        CLEANUP_BUS sd_bus *systemd = NULL;
        CLEANUP_FREE char *state = NULL;
        int r;

        if (!host_find(host, name))
                return -ENOENT;
        r = systemd_connect(&systemd);
        if (r < 0)
                return r;
        state = unit_property(systemd, container_unit(&host->arena, name), "ActiveState");
        /* While it starts it can be entered once its own systemd runs. */
        if (state &&
                (strcmp(state, "active") == 0 || strcmp(state, "reloading") == 0 || strcmp(state, "activating") == 0))
                return 0;
        log_message(LOG_ERR, "%s is not running. To start it: nixos-container start %s", name, name);
        return -ESRCH;
}

int verb_login(int argc, char *argv[]) {
        const char *name = name_operand(argc, argv);
        CLEANUP_HOST Host host = HOST_NULL;

        if (!name)
                return EXIT_FAILURE;
        host_read(&host);
        if (find_up(&host, name) < 0)
                return EXIT_FAILURE;
        execv(TOOL_MACHINECTL, (char *const[]){(char *)TOOL_MACHINECTL, (char *)"login", (char *)name, NULL});
        return exit_status(log_error(errno, "%s: %m", TOOL_MACHINECTL));
}

/* cppcheck-suppress constParameter ; main() has them so */
static int enter(const char *name, const char *script, char *const arguments[], size_t length) {
        CLEANUP_HOST Host host = HOST_NULL;
        const char **command;

        host_read(&host);
        if (find_up(&host, name) < 0)
                return EXIT_FAILURE;
        command = arena_alloc(&host.arena, (length + 5) * sizeof(*command));
        command[0] = "/bin/sh";
        command[1] = "-c";
        command[2] = script;
        command[3] = "sh";
        for (size_t i = 0; i < length; i++)
                command[4 + i] = arguments[i];
        return session_run(name, (char *const *)command);
}

int verb_root_login(int argc, char *argv[]) {
        const char *name = name_operand(argc, argv);

        return name ? enter(name, LOGIN, NULL, 0) : EXIT_FAILURE;
}

int verb_run(int argc, char *argv[]) {
        int command = argc > 2 && strcmp(argv[2], "--") == 0 ? 3 : 2;

        if (argc < 2 || argv[1][0] == '-')
                return fail_usage(argv, "it takes the name of a container first.");
        if (command >= argc)
                return fail_usage(argv, "it takes a command.");
        return enter(argv[1], RUN, argv + command, (size_t)(argc - command));
}
