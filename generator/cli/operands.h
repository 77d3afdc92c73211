/* SPDX-License-Identifier: MIT */
/* Operands: what verbs are given behind their options. */
#pragma once

#include "base/common.h"

/* The name of a container, where a verb takes one and no options. NULL if there is something else; that was said. */
const char *name_operand(int argc, char *argv[]);

/* Says that verb @argv[0] cannot be used so: "nixos-container VERB: message". Returns the exit status. */
int fail_usage(char *argv[], const char *format, ...) __attribute__((format(printf, 2, 3)));
