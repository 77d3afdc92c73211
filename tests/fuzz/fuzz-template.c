/* SPDX-License-Identifier: MIT */
/* The template engine, with any template and any values. The input's first part, up to a NUL, is the template; each further one is a
 * value, of the template's placeholders in turn. A placeholder whose name starts with "c" is a constant, with "s" it is single.
 *
 * What is rendered is what template.h says, as it is written down here a second time, in the simplest words. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "generate/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define PLACEHOLDERS_MAX 64

/* Of many placeholders, all have one number of values, but for those whose first value starts with such a byte. */
#define NO_VALUE '\1'
#define ONE_VALUE '\2'

typedef struct Input {
        const char *template, *template_end;
        Arena arena;
        Placeholder placeholders[PLACEHOLDERS_MAX];
        Values values[PLACEHOLDERS_MAX];
        size_t length;
} Input;

/* The length of the name of the placeholder that starts at @text, or 0. */
static size_t name_length(const char *text, const char *end) {
        size_t n = 0;

        if (text == end || *text != '@')
                return 0;
        for (text++; text + n < end && text[n] && strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", text[n]);)
                n++;
        return text + n < end && text[n] == '@' ? n : 0;
}

static size_t find(const Input *input, const char *name, size_t length) {
        size_t i = 0;

        while (i < input->length && (strlen(input->placeholders[i].name) != length ||
                                            memcmp(input->placeholders[i].name, name, length) != 0))
                i++;
        return i;
}

/* False if there are too many placeholders. */
static bool find_placeholders(Input *input) {
        size_t n;

        for (const char *c = input->template; c < input->template_end; c++) {
                n = name_length(c, input->template_end);
                if (n == 0)
                        continue;
                if (find(input, c + 1, n) == input->length) {
                        if (input->length == PLACEHOLDERS_MAX)
                                return false;
                        input->placeholders[input->length++] =
                                (Placeholder){.name = arena_copy(&input->arena, c + 1, n), .single = c[1] == 's'};
                }
                c += n + 1;
        }
        return true;
}

static void read_values(Input *input, const char *text, const char *end) {
        size_t number = 0, least = SIZE_MAX;

        for (; text < end && input->length > 0; number++) {
                const char *value_end = memchr(text, '\0', (size_t)(end - text));

                value_end = value_end ? value_end : end;
                values_add(&input->values[number % input->length],
                        arena_copy(&input->arena, text, (size_t)(value_end - text)));
                text = value_end + 1;
        }
        for (size_t i = 0; i < input->length; i++) {
                Values *values = &input->values[i];

                if (values->length == 0)
                        least = 0;
                if (input->placeholders[i].name[0] == 'c')
                        input->placeholders[i].constant = values->length > 0 ? values->items[0].text : "";
                else if (input->placeholders[i].single && values->length == 0)
                        values_add(values, "");
                else if (values->length < least)
                        least = values->length;
        }
        for (size_t i = 0; i < input->length; i++) {
                Values *values = &input->values[i];
                char first = values->length > 0 ? values->items[0].text[0] : '\0';
                size_t length = least;

                if (first == NO_VALUE)
                        length = 0;
                if (input->placeholders[i].single || (first == ONE_VALUE && length > 1))
                        length = 1;
                values->length = length < values->length ? length : values->length;
        }
}

static void append_value(Buffer *buffer, const char *text, bool quoted) {
        char escaped[8];

        for (; *text; text++) {
                bool control = (unsigned char)*text < 32 || *text == 127;

                if (*text == '%')
                        buffer_append(buffer, "%%", 2);
                else if (quoted && (*text == '"' || *text == '\\'))
                        buffer_append(buffer, escaped, (size_t)sprintf(escaped, "\\%c", *text));
                else if (quoted && control)
                        buffer_append(buffer, escaped, (size_t)sprintf(escaped, "\\x%02x", (unsigned char)*text));
                else
                        buffer_append(buffer, control ? "?" : text, 1);
        }
}

/* Appends the @i-th line that the template's line makes. */
static void append_line(const Input *input, const char *line, const char *end, size_t i, Buffer *buffer) {
        bool quoted = false;

        for (const char *c = line; c < end; c++) {
                size_t n = name_length(c, end), number;
                const Values *values;

                if (*c == '"' && (c == line || c[-1] != '\\'))
                        quoted = !quoted;
                if (n == 0) {
                        buffer_append(buffer, c, 1);
                        continue;
                }
                number = find(input, c + 1, n);
                values = &input->values[number];
                append_value(buffer,
                        input->placeholders[number].constant ? input->placeholders[number].constant
                                                             : values->items[values->length == 1 ? 0 : i].text,
                        quoted);
                c += n + 1;
        }
}

static void render(const Input *input, Buffer *buffer) {
        const char *end = input->template_end, *next;

        for (const char *line = input->template; line < end; line = next) {
                const char *newline = memchr(line, '\n', (size_t)(end - line));
                size_t times = 1;
                bool none = false;

                next = newline ? newline + 1 : end;
                for (const char *c = line; c < next; c++) {
                        size_t n = name_length(c, next), number;

                        if (n == 0)
                                continue;
                        number = find(input, c + 1, n);
                        c += n + 1;
                        if (input->placeholders[number].constant || input->placeholders[number].single)
                                continue;
                        if (input->values[number].length == 0)
                                none = true;
                        if (input->values[number].length > times)
                                times = input->values[number].length;
                }
                for (size_t i = 0; i < times && !none; i++)
                        append_line(input, line, next, i, buffer);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
        const char *text = (const char *)bytes, *end = text + length,
                   *template_end = length ? memchr(text, '\0', length) : NULL;
        Buffer buffer = BUFFER_NULL, expected = BUFFER_NULL;
        Template *template;
        Input input = {.template = text, .template_end = template_end ? template_end : end};

        if (find_placeholders(&input)) {
                if (template_end)
                        read_values(&input, template_end + 1, end);
                else
                        read_values(&input, end, end);
                template =
                        template_compile(text, (size_t)(input.template_end - text), input.placeholders, input.length);
                template_render(template, input.values, &buffer);
                render(&input, &expected);
                if (buffer.length != expected.length ||
                        (buffer.length > 0 && memcmp(buffer.text, expected.text, buffer.length) != 0)) {
                        fprintf(stderr, "rendered:\n%.*s\nexpected:\n%.*s\n", (int)buffer.length, buffer.text,
                                (int)expected.length, expected.text);
                        abort();
                }
                template_free(template);
        }
        for (size_t i = 0; i < input.length; i++)
                free(input.values[i].items);
        buffer_free(&buffer);
        buffer_free(&expected);
        arena_free(&input.arena);
        return 0;
}
