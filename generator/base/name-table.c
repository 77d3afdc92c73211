/* SPDX-License-Identifier: MIT */
#include "base/name-table.h"

#include "base/memory.h"
#include "base/siphash.h"

struct NameTableEntry {
        uint64_t hash;
        const char *name;
        void *value; /* NULL: free */
};

static uint64_t hash_name(const char *name) {
        static const uint8_t key[16] = {'c', 'o', 'n', 't', 'a', 'i', 'n', 'e', 'r', ' ', 'n', 'a', 'm', 'e', 's', '.'};

        return siphash24(name, strlen(name), key);
}

/* The entry of @name, or the free one where it would go. The table is never full. */
static struct NameTableEntry *look_up(const NameTable *table, const char *name, uint64_t hash) {
        size_t mask = table->capacity - 1, i = hash & mask;

        while (table->entries[i].value && (table->entries[i].hash != hash || strcmp(table->entries[i].name, name) != 0))
                i = (i + 1) & mask;
        return &table->entries[i];
}

static void grow(NameTable *table) {
        NameTable larger = {.capacity = table->capacity ? 2 * table->capacity : 64, .length = table->length};

        larger.entries = allocate_zeroed(larger.capacity, sizeof(*larger.entries));
        for (size_t i = 0; i < table->capacity; i++)
                if (table->entries[i].value)
                        *look_up(&larger, table->entries[i].name, table->entries[i].hash) = table->entries[i];
        free(table->entries);
        *table = larger;
}

void *name_table_add(NameTable *table, const char *name, void *value) {
        uint64_t hash = hash_name(name);
        struct NameTableEntry *entry;

        if (4 * (table->length + 1) > 3 * table->capacity)
                grow(table);
        entry = look_up(table, name, hash);
        if (entry->value)
                return entry->value;
        *entry = (struct NameTableEntry){hash, name, value};
        table->length++;
        return NULL;
}

void *name_table_find(const NameTable *table, const char *name) {
        return table->capacity ? look_up(table, name, hash_name(name))->value : NULL;
}

void name_table_free(NameTable *table) {
        free(table->entries);
        *table = NAME_TABLE_NULL;
}
