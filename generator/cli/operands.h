/* SPDX-License-Identifier: MIT */
/* Operands: the arguments of verbs after their options. */
#pragma once

#include "base/common.h"

#include <getopt.h>

typedef enum Operands {
        OPERANDS_NONE,
        OPERANDS_NAME,  /* of one container */
        OPERANDS_NAMES, /* of one or more */
        OPERANDS_ANY,
} Operands;

/* Checks whether there are @operands from argv[optind] on; if not, logs what is wrong. */
MUST_CHECK int check_operands(int argc, char *argv[], Operands operands);

/* Parses the @options of verb argv[0], whose flags getopt_long(3) sets (NULL: it has none), then calls check_operands(). */
MUST_CHECK int read_operands(int argc, char *argv[], const struct option options[], Operands operands);

/* Logs a usage error of verb argv[0]: "nixos-container VERB: message". Returns what a function returns that fails because of it. */
int fail_usage(char *argv[], const char *format, ...) __attribute__((format(printf, 2, 3)));
