#include "template.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "escape.h"

/* A placeholder and the literal text before it. */
typedef struct Part {
        const char *literal;
        size_t length;
        size_t placeholder; /* NO_PLACEHOLDER: none follows */
        bool quoted;
} Part;

#define NO_PLACEHOLDER ((size_t)-1)

/* One line, or several without placeholders. */
typedef struct Line {
        size_t first, length; /* of its parts */
} Line;

struct Template {
        Part *parts;
        size_t parts_length;
        Line *lines;
        size_t lines_length;
};

static void add_part(Template *t, Part part) {
        if ((t->parts_length & (t->parts_length - 1)) == 0)
                t->parts = reallocate(t->parts, (t->parts_length ? 2 * t->parts_length : 1) * sizeof(Part));
        t->parts[t->parts_length++] = part;
        t->lines[t->lines_length - 1].length++;
}

static void add_line(Template *t) {
        if ((t->lines_length & (t->lines_length - 1)) == 0)
                t->lines = reallocate(t->lines, (t->lines_length ? 2 * t->lines_length : 1) * sizeof(Line));
        t->lines[t->lines_length++] = (Line){.first = t->parts_length};
}

/* The length of the name of a placeholder that starts at the "@" at @text; 0 if it is just an "@". */
static size_t placeholder_length(const char *text, const char *end) {
        const char *name = text + 1, *c = name;

        while (c < end && ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '.'))
                c++;
        return c < end && *c == '@' ? (size_t)(c - name) : 0;
}

static size_t find_name(const char *const *names, size_t names_length, const char *name, size_t length) {
        for (size_t i = 0; i < names_length; i++)
                if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
                        return i;
        fprintf(stderr, "template: there is no placeholder @%.*s@\n", (int)length, name);
        abort();
}

static void compile_line(
        Template *t, const char *line, const char *end, const char *const *names, size_t names_length) {
        bool quoted = false, literal_only = true;
        const char *literal = line;

        for (const char *c = line; c < end; c++) {
                size_t length;

                if (*c == '"' && (c == line || c[-1] != '\\'))
                        quoted = !quoted;
                if (*c != '@' || (length = placeholder_length(c, end)) == 0)
                        continue;
                if (literal_only)
                        add_line(t);
                literal_only = false;
                add_part(t,
                        (Part){literal, (size_t)(c - literal), find_name(names, names_length, c + 1, length), quoted});
                c += length + 1;
                literal = c + 1;
        }

        if (literal_only && t->lines_length > 0 && t->parts_length > 0) {
                /* Goes with the line before if that one is literal too. */
                Part *last = &t->parts[t->parts_length - 1];

                if (t->lines[t->lines_length - 1].length == 1 && last->placeholder == NO_PLACEHOLDER) {
                        last->length += (size_t)(end - line);
                        return;
                }
        }
        if (literal_only)
                add_line(t);
        add_part(t, (Part){literal, (size_t)(end - literal), NO_PLACEHOLDER, false});
}

Template *template_compile(const char *text, size_t length, const char *const *names, size_t names_length) {
        Template *t = reallocate(NULL, sizeof(*t));
        const char *end = text + length;

        *t = (Template){0};
        while (text < end) {
                const char *newline = memchr(text, '\n', (size_t)(end - text));
                const char *next = newline ? newline + 1 : end;

                compile_line(t, text, next, names, names_length);
                text = next;
        }
        return t;
}

static void render_line(const Part *parts, size_t length, const Values *values, size_t i, Buffer *buffer) {
        for (const Part *part = parts; part < parts + length; part++) {
                const Values *v;
                const char *value;

                buffer_append(buffer, part->literal, part->length);
                if (part->placeholder == NO_PLACEHOLDER)
                        continue;
                v = &values[part->placeholder];
                value = v->items[v->length == 1 ? 0 : i];
                (part->quoted ? escape_quoted : escape_bare)(buffer, value, strlen(value));
        }
}

/* How often the line is written. */
static size_t count(const Part *parts, size_t length, const Values *values) {
        size_t n = 1;

        for (const Part *part = parts; part < parts + length; part++) {
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
        for (size_t i = 0; i < template->lines_length; i++) {
                const Part *parts = template->parts + template->lines[i].first;
                size_t length = template->lines[i].length, n = count(parts, length, values);

                for (size_t j = 0; j < n; j++)
                        render_line(parts, length, values, j, buffer);
        }
}

void template_free(Template *template) {
        if (!template)
                return;
        free(template->parts);
        free(template->lines);
        free(template);
}
