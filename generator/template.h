/* Templates: the text of everything that is generated, with @placeholders@.
 *
 * A line whose placeholder has N values is written N times, not at all for none. Several placeholders of one line are
 * gone through together: each has as many values as the others, or one, which is repeated. That is the whole language.
 *
 * Between "double quotes" a value is escaped as a part of a quoted word, elsewhere as bare text, see escape.h. */
#pragma once

#include <stddef.h>

#include "buffer.h"

typedef struct Values {
        const char **items;
        size_t length, capacity;
} Values;

typedef struct Template Template;

/* Splits @text, which must outlive the template, into its parts once. @names are those of the placeholders, by their
 * number. A placeholder that is not among them is a mistake of the program and ends it. Free with template_free(). */
Template *template_compile(const char *text, size_t length, const char *const *names, size_t names_length);

/* Appends the text of @template with @values, by the placeholders' numbers, to @buffer. */
void template_render(const Template *template, const Values *values, Buffer *buffer);

void template_free(Template *template);
