/* SPDX-License-Identifier: MIT */
/* A hash table from names to whoever came first with them. */
#pragma once

#include "base/common.h"

typedef struct NameTable {
        struct NameTableEntry *entries;
        size_t length, capacity;
} NameTable;

#define NAME_TABLE_NULL ((NameTable){0})

/* Adds @value under @name, which must outlive the table. Returns NULL if the name is new; otherwise the value it was
 * first added with, and nothing is changed. @value is not NULL. */
void *name_table_add(NameTable *table, const char *name, void *value);

/* Returns what was added under @name, or NULL. */
void *name_table_find(const NameTable *table, const char *name);

/* Frees the table, which is then NAME_TABLE_NULL. */
void name_table_free(NameTable *table);
