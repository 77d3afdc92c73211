/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "config.h"
#include "generate/templates.h"
#include "manifest/switches.h"
#include "runtime/resolv-conf.h"
#include "state/record.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define NAME LETTERS DIGITS ".-"
#define INTERFACE NAME "_+=@~"
#define ADDRESS DIGITS "abcdefABCDEF.:"
#define MAC DIGITS "abcdefABCDEF:"

/* systemd, src/basic/def.h, LONG_LINE_MAX, for a line with those that go on with it. */
#define UNIT_LINE_MAX ((size_t)1024 * 1024)

typedef enum Syntax {
        SYNTAX_WORD,      /* between quotes anything, elsewhere one word that nobody takes for anything else */
        SYNTAX_TEXT,      /* anything, to the end of the line */
        SYNTAX_UNIT_NAME, /* a word, in which a backslash is what it is */
        SYNTAX_BIND_PATH, /* a ":" stands behind a backslash */
} Syntax;

/* What is known of a placeholder. Of others: they have any number of values, words. */
typedef struct Known {
        const char *name;
        const char *constant;
        bool single; /* it has one value */
        Syntax syntax;
        const char *characters; /* NULL: as the syntax has it */
        const char *start;      /* what values start with, separated by "|"; NULL: with anything */
        bool can_be_empty;
} Known;

static const Known known[] = {
        {"container-init", .constant = LIBEXECDIR "/container-init"},
        {"container-runtime", .constant = LIBEXECDIR "/container-runtime"},
        {"echo", .constant = TOOL_ECHO},
        {"false", .constant = TOOL_FALSE},
        {"systemd-nspawn", .constant = TOOL_SYSTEMD_NSPAWN},
        {"systemd-run", .constant = TOOL_SYSTEMD_RUN},
        {"records", .constant = RECORDS_DIRECTORY},
        {"generator-directory", .constant = ""},

        {"name", .single = true, .characters = NAME},
        {"manifest", .single = true, .syntax = SYNTAX_TEXT},
        {"line", .single = true, .characters = DIGITS},
        {"system", .single = true, .start = "/"},
        {"root", .single = true, .characters = NAME "/", .start = "/"},
        {"timeout-start", .single = true, .syntax = SYNTAX_TEXT, .characters = LETTERS DIGITS " ."},
        {"timeout-reload", .single = true, .syntax = SYNTAX_TEXT, .characters = LETTERS DIGITS " ."},
        {"resolv-conf", .single = true, .characters = LETTERS "-"},
        {"idmap", .single = true, .characters = LETTERS ":", .start = ":idmap", .can_be_empty = true},
        {"private-users", .single = true, .characters = LETTERS DIGITS},
        {"shown-name", .single = true, .syntax = SYNTAX_TEXT},
        {"first-diagnostic", .single = true, .syntax = SYNTAX_TEXT},

        {"ephemeral-name", .characters = NAME},
        {"recorded-name", .characters = NAME},
        {"auto-start", .syntax = SYNTAX_UNIT_NAME, .start = "container@"},
        {"after", .syntax = SYNTAX_UNIT_NAME},
        {"requires", .syntax = SYNTAX_UNIT_NAME},
        {"wants", .syntax = SYNTAX_UNIT_NAME},
        {"required-path", .start = "/"},
        {"host-path", .start = "/"},
        {"claim", .syntax = SYNTAX_TEXT, .characters = INTERFACE " :",
                .start = "address |host port |network interface "},
        {"source", .syntax = SYNTAX_TEXT, .start = "/"},
        {"awaited.condition", .syntax = SYNTAX_TEXT, .start = "!/|/"},
        {"device-allow.modifier", .characters = "rwm"},
        {"memory-max.percent", .characters = DIGITS "."},
        {"cpu-quota.percent", .characters = DIGITS "."},
        {"tasks-max.percent", .characters = DIGITS "."},
        {"link", .characters = INTERFACE},
        {"link.mac", .characters = MAC},
        {"link.peer", .characters = INTERFACE},
        {"link.peer-mac", .characters = MAC},
        {"link.inside", .characters = INTERFACE},
        {"host-address", .characters = ADDRESS "/"},
        {"host-address6", .characters = ADDRESS "/"},
        {"host-route", .characters = ADDRESS},
        {"bridged-link.bridge", .characters = INTERFACE},
        {"forward", .characters = LETTERS DIGITS},
        {"forward.key", .syntax = SYNTAX_TEXT, .characters = ADDRESS "tcpud "},
        {"forward.target", .syntax = SYNTAX_TEXT, .characters = ADDRESS " "},
        {"hairpin", .characters = DIGITS LETTERS, .start = "hairpins"},
        {"hairpin.link", .characters = INTERFACE},
        {"hairpin.address", .characters = ADDRESS},
        {"internet-link", .characters = INTERFACE},
        {"restricted-link", .characters = INTERFACE},
        {"localhost", .characters = ADDRESS "udp"},
        {"localhost.target", .characters = ADDRESS "[]"},
        {"localhost.listen", .syntax = SYNTAX_TEXT, .characters = ADDRESS "[] "},
        {"inside-address", .characters = INTERFACE ADDRESS "/"},
        {"inside-route", .characters = INTERFACE ADDRESS},
        {"inside-gateway", .characters = INTERFACE ADDRESS},
        {"capability", .characters = LETTERS "_"},
        {"drop-capability", .characters = LETTERS "_"},
        {"address-families", .characters = LETTERS DIGITS "_~", .start = "AF_|~AF_", .can_be_empty = true},
#define S(option, symbol, placeholder) {placeholder, .characters = "yes"},
        SWITCHES(S)
#undef S
                {"private-network", .characters = "", .can_be_empty = true},
        {"bind", .syntax = SYNTAX_BIND_PATH, .start = "/"},
        {"bind.target", .syntax = SYNTAX_BIND_PATH, .start = "/"},
        {"bind.idmap", .characters = LETTERS ":", .start = ":", .can_be_empty = true},
        {"bind-ro", .syntax = SYNTAX_BIND_PATH, .start = "/"},
        {"bind-ro.target", .syntax = SYNTAX_BIND_PATH, .start = "/"},
        {"bind-ro.idmap", .characters = LETTERS ":", .start = ":", .can_be_empty = true},
        {"network-namespace", .start = "/"},
        {"interface", .characters = INTERFACE ":"},
        {"macvlan", .characters = INTERFACE ":"},
        {"nspawn-port", .characters = DIGITS ":tcpud"},
};

#define PLACEHOLDERS_MAX 256
#define PARTS_MAX 16
#define PATTERNS_MAX 256

/* A value as it stands in the file. */
typedef struct Captured {
        const char *text, *end;
        bool quoted;
} Captured;

typedef struct Placeholder {
        const char *name;
        size_t name_length;
        Known known;
        size_t group; /* the first of those that have as many values: "link" and "link.mac" */
        bool bound;
        size_t length, capacity;
        Captured *values;
        size_t count; /* of the group, in its first; SIZE_MAX: not known yet */
} Placeholder;

/* Text, and the placeholder behind it. */
typedef struct Part {
        const char *text, *end;
        Placeholder *placeholder; /* NULL: the end of the line */
        bool quoted;
} Part;

/* A line of a template. */
typedef struct Pattern {
        Part parts[PARTS_MAX];
        size_t length;
        bool repeated;
        bool is_entry; /* the lines of a manifest, which no template has */
} Pattern;

static Placeholder placeholders[PLACEHOLDERS_MAX];
static size_t placeholders_length;

/* The lines of a template. */
typedef struct Patterns {
        Pattern *items;
        size_t length;
        bool complete;
} Patterns;

typedef struct Shape {
        const Pattern *patterns[PATTERNS_MAX];
        size_t length;
        const char *farthest, *end; /* where the file stopped being one */
} Shape;

static bool is_name_character(char c) {
        return c && strchr("abcdefghijklmnopqrstuvwxyz" DIGITS "-.", c);
}

static Placeholder *find_placeholder(const char *name, size_t length) {
        size_t group = length;
        Placeholder *p;

        for (size_t i = 0; i < placeholders_length; i++)
                if (placeholders[i].name_length == length && memcmp(placeholders[i].name, name, length) == 0)
                        return &placeholders[i];
        if (placeholders_length == PLACEHOLDERS_MAX)
                abort();
        p = &placeholders[placeholders_length];
        *p = (Placeholder){.name = name, .name_length = length, .group = placeholders_length};
        placeholders_length++;
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
                if (strlen(known[i].name) == length && memcmp(known[i].name, name, length) == 0)
                        p->known = known[i];
        /* "memory-max.percent" takes the place of "memory-max". */
        for (size_t i = 0; i < length; i++)
                if (name[i] == '.' && strncmp(name + i, ".percent", 8) != 0)
                        group = i;
        if (group < length)
                p->group = (size_t)(find_placeholder(name, group) - placeholders);
        return p;
}

static void compile_line(Pattern *pattern, const char *line, const char *end) {
        const char *start = line;
        bool quoted = false;

        *pattern = (Pattern){0};
        for (const char *c = line; c < end; c++) {
                const char *name = c + 1, *name_end = name;
                Placeholder *p;

                if (*c == '"' && (c == line || c[-1] != '\\'))
                        quoted = !quoted;
                while (*c == '@' && name_end < end && is_name_character(*name_end))
                        name_end++;
                if (*c != '@' || name_end == name || name_end == end || *name_end != '@')
                        continue;
                p = find_placeholder(name, (size_t)(name_end - name));
                if (pattern->length == PARTS_MAX - 1)
                        abort();
                pattern->parts[pattern->length++] = (Part){start, c, p, quoted};
                if (!p->known.constant && !p->known.single)
                        pattern->repeated = true;
                c = name_end;
                start = c + 1;
        }
        pattern->parts[pattern->length++] = (Part){.text = start, .end = end};
}

static void add_pattern(Shape *s, const Pattern *pattern) {
        if (s->length == PATTERNS_MAX)
                abort();
        s->patterns[s->length++] = pattern;
}

static void add_template(Shape *s, TemplateId id) {
        static Patterns compiled[TEMPLATES_LENGTH];
        const char *end = template_texts[id].end, *newline;
        Patterns *patterns = &compiled[id];

        for (const char *line = template_texts[id].start; !patterns->complete && line < end; line = newline + 1) {
                newline = memchr(line, '\n', (size_t)(end - line));
                if (!newline)
                        abort();
                patterns->items = reallocate(patterns->items, (patterns->length + 1) * sizeof(*patterns->items));
                compile_line(&patterns->items[patterns->length++], line, newline);
        }
        patterns->complete = true;
        for (size_t i = 0; i < patterns->length; i++)
                add_pattern(s, &patterns->items[i]);
}

/* Reads one character of a value at @text. Returns how many bytes it takes, 0 if it must not stand there: it ends the value, or is not
 * escaped. */
static size_t read_character(const char *text, const char *end, bool quoted, char *ret) {
        unsigned high, low;

        *ret = *text;
        if (text == end || (unsigned char)*text < ' ' || *text == 0x7f)
                return 0;
        if (*text == '%')
                return end - text >= 2 && text[1] == '%' ? 2 : 0;
        if (!quoted)
                return 1;
        if (*text == '"')
                return 0;
        if (*text != '\\')
                return 1;
        if (end - text < 2)
                return 0;
        *ret = text[1];
        if (text[1] == '"' || text[1] == '\\')
                return 2;
        if (text[1] != 'x' || end - text < 4 || sscanf(text + 2, "%1x%1x", &high, &low) != 2)
                return 0;
        *ret = (char)(high << 4 | low);
        return (unsigned char)*ret < ' ' || *ret == 0x7f ? 4 : 0;
}

static bool is_allowed(const Known *k, char c, char previous, bool quoted) {
        if (k->characters)
                return c && strchr(k->characters, c);
        switch (k->syntax) {
        case SYNTAX_TEXT:
                return true;
        case SYNTAX_BIND_PATH:
                return c != ':' || previous == '\\';
        default:
                return quoted ||
                       (c > ' ' && c < 0x7f && !strchr("\"'#;$", c) && (c != '\\' || k->syntax == SYNTAX_UNIT_NAME));
        }
}

/* Whether the two have the same text, escaped for the same place or for two. */
static bool are_equal(const Captured *a, const Captured *b) {
        const char *x = a->text, *y = b->text;

        while (x < a->end && y < b->end) {
                char c, d;
                size_t n = read_character(x, a->end, a->quoted, &c), m = read_character(y, b->end, b->quoted, &d);

                if (n == 0 || m == 0 || (c != d && !(c == '?' && (unsigned char)d < ' ' && a->quoted != b->quoted)))
                        return false;
                x += n;
                y += m;
        }
        return x == a->end && y == b->end;
}

static void keep(Placeholder *p, size_t i, Captured value) {
        if (i >= p->capacity) {
                p->capacity = 2 * i + 4;
                p->values = reallocate(p->values, p->capacity * sizeof(*p->values));
        }
        p->values[i] = value;
        p->length = i + 1;
}

static bool has_start(const char *starts, const char *text, size_t length) {
        for (size_t n; starts; starts = starts[n] ? starts + n + 1 : NULL) {
                n = strcspn(starts, "|");
                if (n <= length && memcmp(starts, text, n) == 0)
                        return true;
        }
        return false;
}

/* Whether the text of a constant stands at @text. Returns where it ends, or NULL. */
static const char *match_constant(const char *constant, const char *text, const char *end, bool quoted) {
        while (*constant) {
                char c;
                size_t n = read_character(text, end, quoted, &c);

                if (n == 0 || c != *constant++)
                        return NULL;
                text += n;
        }
        return text;
}

/* Whether the line from @line on is made of the parts from @part on, with the @i-th values. A value is no longer than it has to be: what
 * stands behind a placeholder cannot be in its values, in any template. */
static bool match_parts(const Part *part, const char *line, const char *end, size_t i) {
        size_t length = (size_t)(part->end - part->text);
        Placeholder *p = part->placeholder;
        size_t index = p && p->known.single ? 0 : i; /* of its value */
        const char *c;
        char previous = '\0';

        if ((size_t)(end - line) < length || memcmp(line, part->text, length) != 0)
                return false;
        c = line += length;
        if (!p)
                return line == end;
        if (p->known.constant) {
                c = match_constant(p->known.constant, line, end, part->quoted);
                return c && match_parts(part + 1, c, end, i);
        }
        if (index < p->length && p->values[index].quoted == part->quoted) {
                const Captured *value = &p->values[index];

                length = (size_t)(value->end - value->text);
                return (size_t)(end - line) >= length && memcmp(line, value->text, length) == 0 &&
                       match_parts(part + 1, line + length, end, i);
        }
        for (;;) {
                Captured value = {line, c, part->quoted};
                bool starts = c == line ? p->known.can_be_empty
                                        : !p->known.start || has_start(p->known.start, line, (size_t)(c - line));
                char character;
                size_t n;

                if (starts && (index >= p->length || are_equal(&p->values[index], &value))) {
                        size_t before = p->length;

                        if (index >= p->length && !p->bound)
                                keep(p, index, value);
                        if (index < p->length && match_parts(part + 1, c, end, i))
                                return true;
                        p->length = before;
                }
                n = read_character(c, end, part->quoted, &character);
                if (n == 0 || !is_allowed(&p->known, character, previous, part->quoted))
                        return false;
                previous = previous == '\\' && character == '\\' ? '\0' : character;
                c += n;
        }
}

static const char *line_end(const char *line, const char *end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));

        return newline ? newline : end;
}

static const char *skip_entry(const char *line, const char *end) {
        while (line < end && (*line == '#' || *line == ';'))
                line = line_end(line, end) + 1;
        return line;
}

/* How many values the placeholders of the pattern have, SIZE_MAX: it is not known. False if there are some with one number and some
 * with another. */
static bool expected_count(const Pattern *pattern, size_t *ret) {
        *ret = SIZE_MAX;
        for (size_t i = 0; i < pattern->length; i++) {
                const Placeholder *p = pattern->parts[i].placeholder;
                size_t count;

                if (!p || p->known.constant || p->known.single)
                        continue;
                count = placeholders[p->group].count;
                if (*ret != SIZE_MAX && count != SIZE_MAX && *ret != count)
                        return false;
                *ret = count != SIZE_MAX ? count : *ret;
        }
        return true;
}

/* What was known of the placeholders of a pattern. */
typedef struct Before {
        bool bound[PARTS_MAX];
        size_t length[PARTS_MAX], count[PARTS_MAX];
} Before;

static void save(const Pattern *pattern, Before *before) {
        for (size_t i = 0; i < pattern->length; i++) {
                const Placeholder *p = pattern->parts[i].placeholder;

                if (p)
                        before->bound[i] = p->bound, before->length[i] = p->length,
                        before->count[i] = placeholders[p->group].count;
        }
}

static void restore(const Pattern *pattern, const Before *before) {
        for (size_t i = 0; i < pattern->length; i++) {
                Placeholder *p = pattern->parts[i].placeholder;

                if (p)
                        p->bound = before->bound[i], p->length = before->length[i],
                        placeholders[p->group].count = before->count[i];
        }
}

/* The pattern has taken @n lines: these are the values of its placeholders. */
static void bind(const Pattern *pattern, const Before *before, size_t n) {
        for (size_t i = 0; i < pattern->length; i++) {
                Placeholder *p = pattern->parts[i].placeholder;

                if (!p || p->known.constant || before->bound[i])
                        continue;
                p->length = p->known.single ? n > 0 : n;
                p->bound = !p->known.single || n > 0;
                if (!p->known.single)
                        placeholders[p->group].count = n;
        }
}

/* Whether the lines from @line on are made of the patterns from @first on. A pattern takes as many lines as it can, and fewer if nothing
 * comes of that: an extra flag can look like any other. */
static bool match_patterns(Shape *s, size_t first, const char *line) {
        const Pattern *pattern;
        size_t expected, n = 0, least, capacity = 0;
        const char **lines = NULL;
        bool matched = false;
        Before before;

        if (line > s->farthest)
                s->farthest = line;
        if (first == s->length)
                return line == s->end;
        pattern = s->patterns[first];
        if (pattern->is_entry)
                return line < s->end && *line == '#' && match_patterns(s, first + 1, skip_entry(line, s->end));
        if (!expected_count(pattern, &expected))
                return false;
        if (!pattern->repeated)
                expected = 1;
        least = expected != SIZE_MAX ? expected : 0;
        save(pattern, &before);
        for (;;) {
                if (n == capacity) {
                        capacity = 2 * capacity + 4;
                        lines = reallocate(lines, capacity * sizeof(*lines));
                }
                lines[n] = line;
                if (n == expected || line >= s->end || !match_parts(pattern->parts, line, line_end(line, s->end), n))
                        break;
                n++;
                line = line_end(line, s->end) + 1;
                if (line > s->farthest)
                        s->farthest = line;
        }
        for (size_t taken = n + 1; taken > least && !matched; taken--) {
                bind(pattern, &before, taken - 1);
                matched = match_patterns(s, first + 1, lines[taken - 1]);
        }
        if (!matched)
                restore(pattern, &before);
        free(lines);
        return matched;
}

static bool has_section(const char *text, size_t length, TemplateId id) {
        const char *start = template_texts[id].start, *end;

        /* "\n[X-Section]\n", with which it starts. */
        end = line_end(start + 1, template_texts[id].end) + 1;
        return memmem(text, length, start, (size_t)(end - start));
}

static size_t values_of(const char *name) {
        for (size_t i = 0; i < placeholders_length; i++)
                if (placeholders[i].name_length == strlen(name) &&
                        memcmp(placeholders[i].name, name, strlen(name)) == 0)
                        return placeholders[i].length;
        return 0;
}

/* Parts of a container's unit, and the values for whose sake they are there. */
static const struct {
        TemplateId id;
        const char *for_these[2];
} optional[] = {
        {TEMPLATE_container_claims, {"claim", "claim"}},
        {TEMPLATE_container_sources, {"source", "source"}},
        {TEMPLATE_container_written, {"written", "written"}},
        {TEMPLATE_container_network, {"link", "link.peer"}},
        {TEMPLATE_container_nft, {"forward", "restricted-link"}},
        {TEMPLATE_container_localhost, {"localhost", "localhost"}},
};

static bool starts_with(const char *text, const char *start) {
        return strncmp(text, start, strlen(start)) == 0;
}

static bool ends_with(const char *text, const char *end) {
        return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* The templates of a container's unit. */
static void add_unit(Shape *s, const char *text, size_t length) {
        static const Pattern entry = {.is_entry = true};
        static const TemplateId all[] = {TEMPLATE_container_service, TEMPLATE_container_sections,
                TEMPLATE_container_claims, TEMPLATE_container_tmpfiles, TEMPLATE_container_sources,
                TEMPLATE_container_written, TEMPLATE_container_network, TEMPLATE_container_nft,
                TEMPLATE_container_localhost, TEMPLATE_container_manifest};

        if (!has_section(text, length, TEMPLATE_container_tmpfiles)) {
                add_template(s, TEMPLATE_broken_service);
                return;
        }
        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
                bool present = true;

                for (size_t j = 0; j < sizeof(optional) / sizeof(optional[0]); j++)
                        if (optional[j].id == all[i])
                                present = has_section(text, length, all[i]);
                if (present)
                        add_template(s, all[i]);
        }
        add_pattern(s, &entry);
        add_template(s, TEMPLATE_container_end);
}

/* Adds the templates of the file. False if there is no such file. */
static bool add_templates(Shape *s, const char *subdirectory, const char *name, const char *text, size_t length) {
        static const struct {
                const char *subdirectory, *name;
                TemplateId id;
        } files[] = {
                {"machines.target.d", "nixos-containers.conf", TEMPLATE_machines_target},
                {"multi-user.target.d", "nixos-containers.conf", TEMPLATE_multi_user_target},
                {"nftables.service.d", "nixos-containers.conf", TEMPLATE_nftables_service},
                {"", ENDS_UNIT, TEMPLATE_container_ends},
                {"", RULES_UNIT, TEMPLATE_container_rules},
                {"", NIX_ROOTS_UNIT, TEMPLATE_container_nix_roots},
                {"", RESOLV_CONF_UNIT ".path", TEMPLATE_resolv_conf_path},
                {"", RESOLV_CONF_UNIT ".service", TEMPLATE_resolv_conf_service},
                {"", RESOLV_CONF_UNIT "-again.service", TEMPLATE_resolv_conf_again},
        };

        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
                if (strcmp(files[i].subdirectory, subdirectory) == 0 && strcmp(files[i].name, name) == 0) {
                        add_template(s, files[i].id);
                        return true;
                }
        if (!*subdirectory && starts_with(name, "container@") && ends_with(name, ".service"))
                add_unit(s, text, length);
        else if (!*subdirectory && starts_with(name, "container-wait@") && ends_with(name, ".service"))
                add_template(s, TEMPLATE_container_wait);
        else if (starts_with(subdirectory, "container@") && ends_with(subdirectory, ".service.d") &&
                 strcmp(name, RETIRED_DROP_IN) == 0)
                add_template(s, TEMPLATE_retired);
        else if (starts_with(subdirectory, "container@") && ends_with(subdirectory, ".service.d") &&
                 strcmp(name, BROKEN_DROP_IN) == 0)
                add_template(s, TEMPLATE_broken);
        else
                return false;
        return true;
}

/* What systemd would not read, wherever it stands. */
static const char *check_text(const char *text, size_t length) {
        size_t line = 0;

        if (length == 0 || text[length - 1] != '\n')
                return "no newline at the end";
        for (size_t i = 0; i < length; i++) {
                if ((unsigned char)text[i] < ' ' && text[i] != '\n' && text[i] != '\t')
                        return "a control character";
                line = text[i] == '\n' && (i == 0 || text[i - 1] != '\\') ? 0 : line + 1;
                if (line >= UNIT_LINE_MAX)
                        return "a line that is too long";
        }
        return NULL;
}

/* Returns where the sections of one unit end that start at @text, or NULL if they do not start or end there as they have to. */
static const char *skip_sections(const char *text, const char *end) {
        char last[NAME_MAX + 32];
        const char *name = text + 2, *name_end, *found;

        if (end - text < 2 || memcmp(text, "\n[", 2) != 0)
                return NULL;
        name_end = memchr(name, ']', (size_t)(end - name));
        if (!name_end || name_end - name > NAME_MAX)
                return NULL;
        snprintf(last, sizeof(last), "\n\n# End of %.*s\n", (int)(name_end - name), name);
        found = memmem(name_end, (size_t)(end - name_end), last, strlen(last));
        return found ? found + strlen(last) : NULL;
}

/* SECTIONS_FILE, but for what is in the sections, which is checked with their units. */
static const char *check_sections(const char *text, size_t length) {
        const TemplateText *first = &template_texts[TEMPLATE_sections];
        size_t first_length = (size_t)(first->end - first->start);
        const char *end = text + length;

        if (length <= first_length || memcmp(text, first->start, first_length) != 0)
                return "not what it starts with";
        for (text += first_length; text && text < end;)
                text = skip_sections(text, end);
        return text ? NULL : "not one unit behind the other";
}

void shape_append_sections(Buffer *unit, const char *name, const Buffer *sections) {
        char start[NAME_MAX + 16];
        const char *from, *to;

        snprintf(start, sizeof(start), "\n\n[%s]\n", name);
        from = sections->length > 0 ? memmem(sections->text, sections->length, start, strlen(start)) : NULL;
        to = from ? skip_sections(from + 1, sections->text + sections->length) : NULL;
        if (to)
                buffer_append(unit, from + 1, (size_t)(to - from - 1));
}

const char *shape_check(
        const char *subdirectory, const char *name, const char *text, size_t length, const char *generator_directory) {
        static Shape shape;
        static char complaint[512];
        const char *wrong = check_text(text, length);
        bool matched;

        if (wrong)
                return wrong;
        if (!*subdirectory && strcmp(name, SECTIONS_FILE) == 0)
                return check_sections(text, length);
        shape.length = 0;
        shape.farthest = text;
        shape.end = text + length;
        if (!add_templates(&shape, subdirectory, name, text, length))
                return "a file that there is not";
        for (size_t i = 0; i < placeholders_length; i++) {
                placeholders[i].bound = false;
                placeholders[i].length = 0;
                placeholders[i].count = SIZE_MAX;
                if (placeholders[i].known.constant && strcmp(placeholders[i].known.name, "generator-directory") == 0)
                        placeholders[i].known.constant = generator_directory;
        }

        matched = match_patterns(&shape, 0, text);
        if (!matched) {
                const char *end = line_end(shape.farthest, shape.end);

                snprintf(complaint, sizeof(complaint), "a line that its template does not have there: %.*s",
                        (int)(end - shape.farthest), shape.farthest);
        }
        for (size_t i = 0; matched && !wrong && i < sizeof(optional) / sizeof(optional[0]); i++) {
                bool needed = values_of(optional[i].for_these[0]) + values_of(optional[i].for_these[1]) > 0;

                if (needed != has_section(text, length, optional[i].id) &&
                        has_section(text, length, TEMPLATE_container_tmpfiles))
                        wrong = "a section that is missing, or is there for nothing";
        }
        return matched ? wrong : complaint;
}
