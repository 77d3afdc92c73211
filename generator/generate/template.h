/* SPDX-License-Identifier: MIT */
/* Templates: the text of everything that is generated, with @placeholders@.
 *
 * A line whose placeholder has N values is written N times, or not at all if there are none. Several placeholders in one line advance
 * together: each has as many values as the others, or one, which is repeated. That is the whole language.
 *
 * Between "double quotes" a value is escaped as a part of a quoted word, elsewhere as bare text, see escape.h. */
#pragma once

#include "base/buffer.h"

typedef struct Value {
        const char *text;
        size_t length;
        bool plain; /* escaping does not change it */
} Value;

/* The values of one placeholder. */
typedef struct Values {
        Value *items;
        size_t length, capacity;
} Values;

/* Appends @text, which must outlive its use, to @values. Free the items with free(3). */
void values_add(Values *values, const char *text);

typedef struct Template Template;

typedef struct Placeholder {
        const char *name;
        const char *constant; /* its fixed value; NULL if the value is set when rendering */
        bool single;          /* it has one value whenever a template with it is rendered */
} Placeholder;

/* Splits @text into its parts, once. @placeholders are the known ones, by number. Any other in @text is a bug in the program and ends it.
 * Free with template_free(). */
Template *template_compile(
        const char *text, size_t length, const Placeholder *placeholders, size_t placeholders_length);

/* Appends the text of @template with @values, by the placeholders' numbers, to @buffer. */
void template_render(const Template *template, const Values *values, Buffer *buffer);

void template_free(Template *template);
