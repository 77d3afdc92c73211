/* SPDX-License-Identifier: MIT */
/* A hash table that maps each name to the first value added under it. */
#pragma once

#include "base/common.h"

typedef struct NameTable {
        struct NameTableEntry *entries;
        size_t length, capacity;
} NameTable;

#define NAME_TABLE_NULL ((NameTable){0})

/* Adds @value, which is not NULL, under @name, which must outlive the table. Returns NULL if the name is new; otherwise returns the value
 * first added under it and changes nothing. */
void *name_table_add(NameTable *table, const char *name, void *value);

/* Returns the value added under @name, or NULL. */
void *name_table_find(const NameTable *table, const char *name);

/* Frees the table, which is then NAME_TABLE_NULL. */
void name_table_free(NameTable *table);
