/* SPDX-License-Identifier: MIT */
/* What all files have without including it themselves: a header that needs any of this includes it, or another header that does. */
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

/* A parameter that functions of its kind have, and this one has no use for. */
#define UNUSED __attribute__((unused))
