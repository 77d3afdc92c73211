/* SPDX-License-Identifier: MIT */
#include "cli/operands.h"

#include <getopt.h>
#include <stdarg.h>

#include "systemd/log.h"

int fail_usage(char *argv[], const char *format, ...) {
        va_list arguments;
        char message[1024];

        va_start(arguments, format);
        vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        log_message(LOG_ERR, "nixos-container %s: %s Try \"nixos-container %s --help\".", argv[0], message, argv[0]);
        return EXIT_FAILURE;
}

const char *name_operand(int argc, char *argv[]) {
        static const struct option options[] = {{0}};

        if (getopt_long(argc, argv, "", options, NULL) >= 0)
                return NULL;
        if (argc - optind != 1) {
                fail_usage(argv, "it takes the name of one container, got %i operands.", argc - optind);
                return NULL;
        }
        return argv[optind];
}
