/* SPDX-License-Identifier: MIT */
/* Values: what the scalars of a manifest are, each with the place where it stands. */
#pragma once

#include "base/address.h"
#include "manifest/diagnostic.h"

/* All start with their mark, whose line is 0 where the option was not given, and whose column is 0 too where it has no default. */
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

/* Runs what follows for each item of the List @list, which are of @Type. */
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

/* The mark of what an option is by default. */
#define DEFAULT_MARK ((Mark){.line = 0, .column = 1})

/* Whether @value, one of these, was given. */
static inline bool is_given(const void *value) {
        return ((const Mark *)value)->line > 0;
}

/* Whether there is a @value, be it one by default. */
static inline bool has_value(const void *value) {
        return ((const Mark *)value)->column > 0;
}
