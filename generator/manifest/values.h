/* SPDX-License-Identifier: MIT */
/* Values: the scalars of a manifest, each with its place in the file. */
#pragma once

#include "base/address.h"
#include "manifest/diagnostic.h"

/* All start with their mark. Its line is 0 if the option was not set, and its column is 0 too if it has no default. */
typedef struct Text {
        Mark mark;
        const char *text;
} Text;

typedef struct Flag {
        Mark mark;
        bool value;
} Flag;

typedef struct Number {
        Mark mark;
        uint32_t value;
} Number;

/* One port, or all from the first to the last. */
typedef struct PortRange {
        Mark mark;
        uint32_t first, last;
} PortRange;

typedef struct AddressValue {
        Mark mark;
        Address address;
} AddressValue;

/* A list of values or of objects. */
typedef struct List {
        Mark mark;
        uint32_t length;
        void *items;
} List;

/* Runs the following statement for each item, of @Type, of the List @list. */
#define for_each_item(Type, item, list)                                                                                \
        for (const Type *item = (list)->items, *item##_end = item ? item + (list)->length : NULL; item < item##_end;   \
                item++)

#define STARTS_WITH_MARK(Value)                                                                                        \
        _Static_assert(                                                                                                \
                offsetof(Value, mark) == 0 && sizeof(((Value *)NULL)->mark) == sizeof(Mark), "a mark comes first")
STARTS_WITH_MARK(Text);
STARTS_WITH_MARK(Flag);
STARTS_WITH_MARK(Number);
STARTS_WITH_MARK(PortRange);
STARTS_WITH_MARK(AddressValue);
STARTS_WITH_MARK(List);

/* The mark of a default value. */
#define DEFAULT_MARK ((Mark){.line = 0, .column = 1})

/* Whether @value, one of these, was set. */
static inline bool is_given(const void *value) {
        return ((const Mark *)value)->line > 0;
}

/* Whether there is a @value, even if only a default. */
static inline bool has_value(const void *value) {
        return ((const Mark *)value)->column > 0;
}
