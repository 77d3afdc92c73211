/* SPDX-License-Identifier: MIT */
/* Memory outside of an arena. Allocation cannot fail: when memory is exhausted, the program reports it and exits, leaving nothing half done
 * that its next run, or the end of a container, does not repair. */
#pragma once

#include "base/common.h"

/* Sets where this is reported; the default is standard error. */
void memory_set_complaint(void (*complain)(const char *message));

/* Reports that memory is exhausted, and exits. */
void memory_fail(void) __attribute__((noreturn));

/* realloc(3). */
void *reallocate(void *memory, size_t size);

/* calloc(3). */
void *allocate_zeroed(size_t length, size_t size);

/* strdup(3). */
char *duplicate(const char *text);

/* Makes room for one more item of @size bytes in the array @items, which has @length items and room for *@capacity. Grows by doubling.
 * Returns the array, which may have moved. */
void *grow_array(void *items, size_t length, size_t *capacity, size_t size);
