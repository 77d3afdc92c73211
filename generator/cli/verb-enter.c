/* nixos-container login, root-login, run: getting into a container. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/jobs.h"
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

/* Whether there is such a container and it runs; says so if not. */
static bool is_up(Host *host, const char *name) {
        sd_bus *systemd;
        char *state;
        bool up;

        if (!host_find(host, name))
                return false;
        systemd = systemd_connect();
        if (!systemd)
                return false;
        state = unit_property(systemd, container_unit(&host->arena, name), "ActiveState");
        sd_bus_flush_close_unref(systemd);
        /* While it starts it can be entered once its own systemd runs. */
        up = state &&
             (strcmp(state, "active") == 0 || strcmp(state, "reloading") == 0 || strcmp(state, "activating") == 0);
        if (!up)
                log_message(LOG_ERR, "%s is not running. To start it: nixos-container start %s", name, name);
        free(state);
        return up;
}

int verb_login(int argc, char *argv[]) {
        const char *name = name_operand(argc, argv);
        Host host;
        bool up;

        if (!name)
                return EXIT_FAILURE;
        host_read(&host);
        up = is_up(&host, name);
        host_free(&host);
        if (!up)
                return EXIT_FAILURE;
        execv(TOOL_MACHINECTL, (char *const[]){(char *)TOOL_MACHINECTL, (char *)"login", (char *)name, NULL});
        log_message(LOG_ERR, "%s: %s", TOOL_MACHINECTL, strerror(errno));
        return EXIT_FAILURE;
}

/* cppcheck-suppress constParameter ; main() has them so */
static int enter(const char *name, const char *script, char *const arguments[], size_t length) {
        int status = EXIT_FAILURE;
        const char **command;
        Host host;

        host_read(&host);
        if (is_up(&host, name)) {
                command = arena_alloc(&host.arena, (length + 5) * sizeof(*command));
                command[0] = "/bin/sh";
                command[1] = "-c";
                command[2] = script;
                command[3] = "sh";
                for (size_t i = 0; i < length; i++)
                        command[4 + i] = arguments[i];
                status = session_run(name, (char *const *)command);
        }
        host_free(&host);
        return status;
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
