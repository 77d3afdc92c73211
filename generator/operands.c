#include "operands.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int fail_usage(char *argv[], const char *format, ...) {
        va_list arguments;

        fprintf(stderr, "nixos-container %s: ", argv[0]);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fprintf(stderr, " Try \"nixos-container %s --help\".\n", argv[0]);
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
