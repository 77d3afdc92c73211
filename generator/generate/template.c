/* SPDX-License-Identifier: MIT */
#include "generate/template.h"

#include <assert.h>

#include "base/arena.h"
#include "base/memory.h"
#include "systemd/escape.h"

/* Literal text, a range of the template's, and the placeholder behind it. */
typedef struct Part {
        size_t start, length;
        size_t placeholder; /* NO_PLACEHOLDER: none */
        bool quoted;
} Part;

#define NO_PLACEHOLDER ((size_t)-1)

/* One line, or several that are written once whatever their placeholders are. */
typedef struct Line {
        size_t first, length; /* of its parts */
        size_t counted;       /* the first placeholder that decides how often it is written; NO_PLACEHOLDER: once */
} Line;

struct Template {
        Buffer text; /* with the constants in place */
        Part *parts;
        size_t parts_length, parts_capacity;
        Line *lines;
        size_t lines_length, lines_capacity;
};

void values_add(Values *values, const char *text) {
        /* This is run for every value of every container: a table is faster than comparisons. */
        static const bool special[256] = {
                [1 ... ' ' - 1] = true, ['"'] = true, ['%'] = true, ['\\'] = true, [0x7f] = true};
        Value value = {.text = text, .plain = true};

        value.length = strlen(text);
        for (size_t i = 0; i < value.length; i++)
                if (special[(unsigned char)text[i]])
                        value.plain = false;
        if (values->length == values->capacity)
                values->items = grow_array(values->items, values->length, &values->capacity, sizeof(*values->items));
        values->items[values->length++] = value;
}

static void append_escaped(Buffer *buffer, const char *text, size_t length, bool quoted) {
        (quoted ? escape_quoted : escape_bare)(buffer, text, length);
}

static void add_part(Template *t, Part part) {
        t->parts = grow_array(t->parts, t->parts_length, &t->parts_capacity, sizeof(*t->parts));
        t->parts[t->parts_length++] = part;
        t->lines[t->lines_length - 1].length++;
}

static void add_line(Template *t) {
        t->lines = grow_array(t->lines, t->lines_length, &t->lines_capacity, sizeof(*t->lines));
        t->lines[t->lines_length++] = (Line){.first = t->parts_length, .counted = NO_PLACEHOLDER};
}

/* The length of the name of a placeholder that starts at the "@" at @text; 0 if it is just an "@". */
static size_t placeholder_length(const char *text, const char *end) {
        const char *name = text + 1, *c = name;

        while (c < end && ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '.'))
                c++;
        return c < end && *c == '@' ? (size_t)(c - name) : 0;
}

static size_t find_placeholder(
        const Placeholder *placeholders, size_t placeholders_length, const char *name, size_t length) {
        for (size_t i = 0; i < placeholders_length; i++)
                if (strlen(placeholders[i].name) == length && memcmp(placeholders[i].name, name, length) == 0)
                        return i;
        fprintf(stderr, "template: there is no placeholder @%.*s@\n", (int)length, name);
        abort();
}

/* Adds a part that ends with the template's text and starts where no part has it yet. */
static void add_literal(Template *t, size_t placeholder, bool quoted) {
        size_t start = 0;

        if (t->parts_length > 0)
                start = t->parts[t->parts_length - 1].start + t->parts[t->parts_length - 1].length;
        add_part(t, (Part){start, t->text.length - start, placeholder, quoted});
}

/* Adds the last line to the one before, if both are written once. */
static void merge_line(Template *t) {
        Line *last = &t->lines[t->lines_length - 1];

        if (t->lines_length < 2 || last->counted != NO_PLACEHOLDER || last[-1].counted != NO_PLACEHOLDER)
                return;
        last[-1].length += last->length;
        t->lines_length--;
}

static void compile_line(
        Template *t, const char *line, const char *end, const Placeholder *placeholders, size_t placeholders_length) {
        const char *literal = line;
        bool quoted = false;

        add_line(t);
        for (const char *c = line; c < end; c++) {
                size_t length, number;

                if (*c == '"' && (c == line || c[-1] != '\\'))
                        quoted = !quoted;
                if (*c != '@' || (length = placeholder_length(c, end)) == 0)
                        continue;
                buffer_append(&t->text, literal, (size_t)(c - literal));
                number = find_placeholder(placeholders, placeholders_length, c + 1, length);
                c += length + 1;
                literal = c + 1;
                if (placeholders[number].constant) {
                        append_escaped(
                                &t->text, placeholders[number].constant, strlen(placeholders[number].constant), quoted);
                        continue;
                }
                add_literal(t, number, quoted);
                if (!placeholders[number].single && t->lines[t->lines_length - 1].counted == NO_PLACEHOLDER)
                        t->lines[t->lines_length - 1].counted = number;
        }
        buffer_append(&t->text, literal, (size_t)(end - literal));
        add_literal(t, NO_PLACEHOLDER, false);
        merge_line(t);
}

Template *template_compile(
        const char *text, size_t length, const Placeholder *placeholders, size_t placeholders_length) {
        Template *t = reallocate(NULL, sizeof(*t));
        const char *end = text + length;

        *t = (Template){0};
        buffer_reserve(&t->text, 1);
        while (text < end) {
                const char *newline = memchr(text, '\n', (size_t)(end - text));
                const char *next = newline ? newline + 1 : end;

                compile_line(t, text, next, placeholders, placeholders_length);
                text = next;
        }
        return t;
}

static void render_line(const Template *t, const Line *line, const Values *values, size_t i, Buffer *buffer) {
        const Part *parts = t->parts + line->first;

        for (const Part *part = parts; part < parts + line->length; part++) {
                const Values *v;
                const Value *value;

                buffer_append(buffer, t->text.text + part->start, part->length);
                if (part->placeholder == NO_PLACEHOLDER)
                        continue;
                v = &values[part->placeholder];
                value = &v->items[v->length == 1 ? 0 : i];
                if (value->plain)
                        buffer_append(buffer, value->text, value->length);
                else
                        append_escaped(buffer, value->text, value->length, part->quoted);
        }
}

/* How often the line is written. */
static size_t count(const Template *t, const Line *line, const Values *values) {
        const Part *parts = t->parts + line->first;
        size_t n = 1;

        if (line->counted == NO_PLACEHOLDER)
                return 1;
        /* Most lines are about options that most containers do not have. */
        if (values[line->counted].length == 0)
                return 0;
        for (const Part *part = parts; part < parts + line->length; part++) {
                size_t m;

                if (part->placeholder == NO_PLACEHOLDER)
                        continue;
                m = values[part->placeholder].length;
                if (m == 0)
                        return 0;
                assert(m == 1 || n == 1 || m == n);
                if (m > n)
                        n = m;
        }
        return n;
}

void template_render(const Template *template, const Values *values, Buffer *buffer) {
        for (size_t l = 0; l < template->lines_length; l++) {
                const Line *line = &template->lines[l];
                size_t n = count(template, line, values);

                for (size_t i = 0; i < n; i++)
                        render_line(template, line, values, i, buffer);
        }
}

void template_free(Template *template) {
        if (!template)
                return;
        buffer_free(&template->text);
        free(template->parts);
        free(template->lines);
        free(template);
}
