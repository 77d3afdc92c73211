/* SPDX-License-Identifier: MIT */
/* Operands: what verbs are given behind their options. */
#pragma once

#include "base/common.h"

#include <getopt.h>

typedef enum Operands {
        OPERANDS_NONE,
        OPERANDS_NAME,  /* of one container */
        OPERANDS_NAMES, /* of one or more */
        OPERANDS_ANY,
} Operands;

/* Looks whether there are @operands from argv[optind] on, and says what is wrong if not. */
MUST_CHECK int check_operands(int argc, char *argv[], Operands operands);

/* Reads the @options of verb argv[0], which have flags that getopt_long(3) sets; NULL: it has none. Then check_operands(). */
MUST_CHECK int read_operands(int argc, char *argv[], const struct option options[], Operands operands);

/* Says that verb argv[0] cannot be used so: "nixos-container VERB: message". Returns what a function returns that fails for it. */
int fail_usage(char *argv[], const char *format, ...) __attribute__((format(printf, 2, 3)));
