/* SPDX-License-Identifier: MIT */
/* The order in which containers start, as set by after, requires and wants. */
#pragma once

#include "manifest/manifest.h"

/* Returns the name of the container that @text, an item of one of these options, refers to, or NULL if it refers to another unit. Valid as
 * long as @text and @arena are. */
const char *order_container(Arena *arena, const char *text);

/* Returns the unit that @text refers to. Valid as long as @text and @arena are. */
const char *order_unit(Arena *arena, const char *text);

/* Warns about names that no container has, and finds containers that would wait for each other, which is an error of all of them. Sets the
 * start_rank of all others. The names of @manifest must be filled in. */
void order_check(Manifest *manifest);
