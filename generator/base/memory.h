/* SPDX-License-Identifier: MIT */
/* Memory outside of an arena. There is always some: when it is exhausted the program says so and ends, as nothing is half done then that
 * its next run, or the end of a container, does not put right. */
#pragma once

#include "base/common.h"

/* Whom that is said to: standard error unless another is given. */
void memory_set_complaint(void (*complain)(const char *message));

/* Says that there is no memory, and ends the program. */
void memory_fail(void) __attribute__((noreturn));

/* realloc(3). */
void *reallocate(void *memory, size_t size);

/* strdup(3). */
char *duplicate(const char *text);

/* Makes room for one more item of @size bytes in the array @items, which has @length of them and room for *@capacity: it grows by
 * doubling. Returns the array, which may have moved. */
void *grow_array(void *items, size_t length, size_t *capacity, size_t size);
