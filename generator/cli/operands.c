/* SPDX-License-Identifier: MIT */
#include "cli/operands.h"

#include <stdarg.h>

#include "systemd/log.h"

int fail_usage(char *argv[], const char *format, ...) {
        va_list arguments;
        char message[1024];

        va_start(arguments, format);
        vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        return log_error(
                EINVAL, "nixos-container %s: %s Try \"nixos-container %s --help\".", argv[0], message, argv[0]);
}

int check_operands(int argc, char *argv[], Operands operands) {
        int length = argc - optind;

        if (operands == OPERANDS_NONE && length > 0)
                return fail_usage(argv, "unexpected argument \"%s\".", argv[optind]);
        if (operands == OPERANDS_NAME && length != 1)
                return fail_usage(argv, "expected one container name, got %i arguments.", length);
        if (operands == OPERANDS_NAMES && length == 0)
                return fail_usage(argv, "missing container name.");
        return 0;
}

int read_operands(int argc, char *argv[], const struct option options[], Operands operands) {
        static const struct option none[] = {{0}};
        int option;

        do
                option = getopt_long(argc, argv, "", options ? options : none, NULL);
        while (option == 0);
        return option < 0 ? check_operands(argc, argv, operands) : -EINVAL;
}
