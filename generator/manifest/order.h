/* SPDX-License-Identifier: MIT */
/* The order in which containers start: what they say in after, requires and wants. */
#pragma once

#include "manifest/manifest.h"

/* The name of the container that @text, an item of one of these options, is about, or NULL if it is about another unit. Valid as long as
 * @text and @arena are. */
const char *order_container(Arena *arena, const char *text);

/* The unit that @text is about. Valid as long as @text and @arena are. */
const char *order_unit(Arena *arena, const char *text);

/* Warns of names that no container has, and finds the containers that would wait for each other, which is an error of all of them.
 * Gives all others their start_rank. The names of @manifest are filled in. */
void order_check(Manifest *manifest);
