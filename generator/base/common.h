/* SPDX-License-Identifier: MIT */
/* What all files use without including it themselves: a header that needs any of this includes this file, or another header that does. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

/* Marks a parameter that functions of this kind have but this one does not use. */
#define UNUSED __attribute__((unused))
