/* SPDX-License-Identifier: MIT */
#include "manifest/manifest.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "base/memory.h"
#include "base/spelling.h"
#include "manifest/schema.h"
#include "systemd/escape.h"
#include "systemd/option-path.h"

/* "containers", a name, an option, a name in it, an option of that, and an index */
#define PATH_MAX_PARTS 8

/* The longest key, in characters, that the ":" behind it makes one: an implicit key of YAML 1.2. */
#define SIMPLE_KEY_MAX 1024

typedef struct PathPart {
        const char *name; /* NULL: an index */
        unsigned index;
} PathPart;

typedef struct Reader {
        yaml_parser_t parser;
        yaml_event_t event; /* the current one */
        bool failed;        /* the file cannot be read any further; the event is YAML_NO_EVENT then */
        int fd, error;      /* errno(3), if it could not be read to its end */
        size_t left;        /* bytes that may still be read */
        bool is_ascii;      /* as far as it has been read, a character is a byte */
        size_t known_index; /* a character of the file, and its first byte */
        size_t known_offset;
        size_t long_scalar_end; /* the character behind the last scalar that is too long for a key without "? " */
        Arena *arena;
        Manifest *manifest;
        const char *file;
        Container *container; /* the one being read, or NULL */
        size_t entry_index;   /* the character of the file where it starts */
        PathPart path[PATH_MAX_PARTS];
        size_t path_length;
} Reader;

static void push(Reader *r, PathPart part) {
        assert(r->path_length < PATH_MAX_PARTS);
        r->path[r->path_length++] = part;
}

static void push_name(Reader *r, const char *name) {
        push(r, (PathPart){.name = name});
}

static void push_index(Reader *r, unsigned index) {
        push(r, (PathPart){.index = index});
}

static void pop(Reader *r) {
        r->path_length--;
}

static const char *path_text(Reader *r) {
        const char *text = NULL;

        for (size_t i = 0; i < r->path_length; i++)
                if (!r->path[i].name)
                        text = arena_printf(r->arena, "%s[%u]", text, r->path[i].index);
                else
                        text = arena_printf(r->arena, "%s%s%s", text ? text : "", text ? "." : "",
                                option_path_part(r->arena, r->path[i].name));
        return text;
}

static Mark mark_of(const yaml_mark_t *mark) {
        return (Mark){.line = (uint32_t)mark->line + 1, .column = (uint32_t)mark->column + 1};
}

/* The container that is being read, or NULL. */
static const char *container_name(const Reader *r) {
        return r->container ? r->container->name.text : NULL;
}

/* Whether an error that is reported now is not only counted: no memory is spent on the text of one that is. */
static bool will_be_seen(const Reader *r) {
        return diagnostics_keep_error(&r->manifest->diagnostics, container_name(r), r->file);
}

/* Says what is wrong at @mark, with the option that is being read. */
__attribute__((format(printf, 3, 4))) static void report(Reader *r, Mark mark, const char *format, ...) {
        va_list arguments;

        if (r->container)
                r->container->broken = true;
        else
                r->manifest->is_incomplete = true;
        va_start(arguments, format);
        vdiagnose(&r->manifest->diagnostics, SEVERITY_ERROR, container_name(r), r->file, &mark,
                will_be_seen(r) ? path_text(r) : NULL, format, arguments);
        va_end(arguments);
}

/* The offset in bytes of the character at @index, from where the last one asked for was. */
static size_t offset_of(Reader *r, size_t index) {
        unsigned char buffer[4096];
        ssize_t n;

        if (r->is_ascii)
                return index;
        while (r->known_index <= index && (n = pread(r->fd, buffer, sizeof(buffer), (off_t)r->known_offset)) > 0) {
                ssize_t i = 0;

                for (; i < n; i++)
                        /* A byte that starts a character. */
                        if ((buffer[i] & 0xc0) != 0x80 && r->known_index++ == index) {
                                r->known_index = index;
                                r->known_offset += (size_t)i;
                                return r->known_offset;
                        }
                r->known_offset += (size_t)n;
        }
        return r->known_offset;
}

static Mark event_mark(const Reader *r) {
        return mark_of(&r->event.start_mark);
}

/* The place of the byte at @offset of the file, which libyaml reads ahead of what it parses. */
static Mark mark_of_offset(Reader *r, size_t offset) {
        Mark mark = {1, 1};
        char buffer[4096];
        ssize_t n;

        for (size_t done = 0; done < offset; done += (size_t)n) {
                n = pread(r->fd, buffer, offset - done < sizeof(buffer) ? offset - done : sizeof(buffer), (off_t)done);
                if (n <= 0)
                        break;
                for (ssize_t i = 0; i < n; i++)
                        if (buffer[i] == '\n')
                                mark = (Mark){mark.line + 1, 1};
                        else if (((unsigned char)buffer[i] & 0xc0) != 0x80)
                                mark.column++;
        }
        return mark;
}

/* Says what libyaml found, in its own words. */
static void report_syntax_error(Reader *r) {
        const yaml_parser_t *p = &r->parser;
        const char *problem = p->problem ? p->problem : "it cannot be read";

        if (p->error == YAML_MEMORY_ERROR)
                r->error = ENOMEM;
        if (r->error != 0)
                report(r, mark_of(&p->mark), "the file cannot be read: %s", strerror(r->error));
        else if (p->error != YAML_READER_ERROR && r->long_scalar_end > 0 && p->problem_mark.index == r->long_scalar_end)
                report(r, mark_of(&p->problem_mark),
                        "a key of more than %i characters, which YAML allows only behind \"? \"", SIMPLE_KEY_MAX);
        else if (p->error != YAML_READER_ERROR)
                report(r, mark_of(&p->problem_mark), "%s%s%s", p->context ? p->context : "", p->context ? ": " : "",
                        problem);
        else if (p->problem_value >= 0)
                report(r, mark_of_offset(r, p->problem_offset), "%s: 0x%02x", problem, (unsigned)p->problem_value);
        else
                report(r, mark_of_offset(r, p->problem_offset), "%s", problem);
}

static void give_up(Reader *r) {
        yaml_event_delete(&r->event);
        r->event.type = YAML_NO_EVENT;
        r->failed = true;
}

static void next(Reader *r) {
        if (r->failed)
                return;
        yaml_event_delete(&r->event);
        if (!yaml_parser_parse(&r->parser, &r->event)) {
                r->event.type = YAML_NO_EVENT;
                r->failed = true;
                report_syntax_error(r);
        } else if (r->container && r->event.end_mark.index - r->entry_index > MANIFEST_ENTRY_MAX) {
                report(r, event_mark(r), "a container with more than 512 KiB: the rest of the file is not read");
                give_up(r);
        } else if (r->event.type == YAML_SCALAR_EVENT &&
                   r->event.end_mark.index - r->event.start_mark.index > SIMPLE_KEY_MAX) {
                r->long_scalar_end = r->event.end_mark.index;
        }
}

/* Skips the node that starts with the current event, up to its last event. */
static void skip(Reader *r) {
        int depth = 0;

        for (;; next(r)) {
                switch (r->event.type) {
                case YAML_MAPPING_START_EVENT:
                case YAML_SEQUENCE_START_EVENT:
                        if (++depth > MANIFEST_DEPTH_MAX) {
                                report(r, event_mark(r), "more than %i levels below this option", MANIFEST_DEPTH_MAX);
                                give_up(r);
                                return;
                        }
                        break;
                case YAML_MAPPING_END_EVENT:
                case YAML_SEQUENCE_END_EVENT:
                        depth--;
                        break;
                case YAML_NO_EVENT:
                        return;
                default:
                        break;
                }
                if (depth == 0)
                        return;
        }
}

static bool is_null(const Reader *r) {
        const char *text;

        if (r->event.type != YAML_SCALAR_EVENT || r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
                return false;
        text = (const char *)r->event.data.scalar.value;
        return strcmp(text, "") == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

/* What stands there, for a message. */
static const char *found(Reader *r) {
        if (!will_be_seen(r))
                return "";
        if (is_null(r))
                return "null";
        switch (r->event.type) {
        case YAML_SCALAR_EVENT:
                return escape_message(r->arena, (char *)r->event.data.scalar.value, r->event.data.scalar.length);
        case YAML_SEQUENCE_START_EVENT:
                return "a list";
        case YAML_MAPPING_START_EVENT:
                return "a mapping";
        default:
                return "an alias";
        }
}

/* A tag as it is written: libyaml writes out what "!!" stands for. */
static const char *tag_text(Reader *r, const char *tag) {
        static const char standard[] = "tag:yaml.org,2002:";

        if (strncmp(tag, standard, sizeof(standard) - 1) == 0)
                tag = arena_join(r->arena, "!!", tag + sizeof(standard) - 1);
        return escape_message(r->arena, tag, strlen(tag));
}

/* Whether the current node is plain YAML as JSON has it. If not, says so; the node can still be read or skipped. */
static void check_plain_yaml(Reader *r) {
        const yaml_char_t *anchor = NULL, *tag = NULL;

        switch (r->event.type) {
        case YAML_ALIAS_EVENT:
                report(r, event_mark(r), "*%s is an alias, which is not allowed: write the value itself",
                        r->event.data.alias.anchor);
                return;
        case YAML_SCALAR_EVENT:
                anchor = r->event.data.scalar.anchor;
                tag = r->event.data.scalar.tag;
                break;
        case YAML_SEQUENCE_START_EVENT:
                anchor = r->event.data.sequence_start.anchor;
                tag = r->event.data.sequence_start.tag;
                break;
        case YAML_MAPPING_START_EVENT:
                anchor = r->event.data.mapping_start.anchor;
                tag = r->event.data.mapping_start.tag;
                break;
        default:
                break;
        }
        if (anchor)
                report(r, event_mark(r), "&%s is an anchor, which is not allowed", anchor);
        if (tag)
                report(r, event_mark(r), "%s is a tag, which is not allowed", tag_text(r, (const char *)tag));
}

/* Starts reading a node of @type. If it is of another one, says so, skips it and returns false. */
static bool expect(Reader *r, yaml_event_type_t type, const char *expected) {
        check_plain_yaml(r);
        if (r->event.type == type)
                return true;
        if (!r->failed && r->event.type != YAML_ALIAS_EVENT)
                report(r, event_mark(r), "%s is not %s", found(r), expected);
        skip(r);
        return false;
}

static void read_scalar(Reader *r, const ScalarType *type, void *value) {
        if (!expect(r, YAML_SCALAR_EVENT, type->expected))
                return;

        *(Mark *)value = event_mark(r);
        if (!type->parse(r->arena, (char *)r->event.data.scalar.value, r->event.data.scalar.length,
                    r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE, value))
                report(r, event_mark(r), "%s is not %s", found(r), type->expected);
}

static const Field *find_field(const Field *fields, const char *name) {
        for (; fields->name; fields++)
                /* Most differ in their first letters, for which no function needs to be called. */
                if (fields->name[0] == name[0] && fields->name[1] == name[1] && strcmp(fields->name, name) == 0)
                        return fields;
        return NULL;
}

static void report_unknown_option(Reader *r, const Field *fields, const char *name, Mark mark) {
        for (const Field *field = fields; field->name; field++)
                if (one_edit_apart(name, field->name)) {
                        report(r, mark, "there is no such option, did you mean \"%s\"?", field->name);
                        return;
                }
        report(r, mark, "there is no such option");
}

/* Reads a key of a mapping into the arena. NULL, and all skipped, if it is none. */
static const char *read_key(Reader *r, Mark *ret_mark) {
        *ret_mark = event_mark(r);
        if (!expect(r, YAML_SCALAR_EVENT, "a name")) {
                next(r);
                skip(r);
                return NULL;
        }
        if (memchr(r->event.data.scalar.value, '\0', r->event.data.scalar.length)) {
                report(r, *ret_mark, "%s is not a name", found(r));
                next(r);
                skip(r);
                return NULL;
        }
        return arena_copy(r->arena, (char *)r->event.data.scalar.value, r->event.data.scalar.length);
}

static void read_field(Reader *r, const Field *field, void *object);

/* Says which options that are required are missing in the object at @start; @given has a bit for each field that is there. */
static void report_missing(Reader *r, const Field *fields, Mark start, uint64_t given) {
        for (const Field *field = fields; field->name && !r->failed; field++)
                if (field->required && !(given & UINT64_C(1) << (field - fields))) {
                        push_name(r, field->name);
                        report(r, start, "is missing");
                        pop(r);
                }
}

/* Reads a mapping of options, whose first event is the current one, into @object. */
static void read_object(Reader *r, const Field *fields, void *object) {
        Mark start = event_mark(r), seen[FIELDS_MAX] = {0};
        uint64_t given = 0; /* a bit for each field that is not null */

        if (!expect(r, YAML_MAPPING_START_EVENT, "a mapping of options"))
                return;

        for (next(r); !r->failed && r->event.type != YAML_MAPPING_END_EVENT; next(r)) {
                Mark mark;
                const char *key = read_key(r, &mark);
                const Field *field;

                if (!key)
                        continue;
                field = find_field(fields, key);
                push_name(r, key);
                next(r);
                if (!field) {
                        report_unknown_option(r, fields, key, mark);
                        skip(r);
                } else if (seen[field - fields].line > 0) {
                        report(r, mark, "is given twice, first at %u:%u", seen[field - fields].line,
                                seen[field - fields].column);
                        skip(r);
                } else {
                        seen[field - fields] = mark;
                        if (!is_null(r))
                                given |= UINT64_C(1) << (field - fields);
                        read_field(r, field, object);
                }
                pop(r);
        }
        report_missing(r, fields, start, given);
}

/* Grows @list by one zeroed item of @size. The items are malloc(3)ed until finish_list(). */
static void *append(List *list, size_t size) {
        void *item;

        if ((list->length & (list->length - 1)) == 0)
                list->items = reallocate(list->items, (list->length ? 2 * (size_t)list->length : 1) * size);
        item = (char *)list->items + list->length * size;
        list->length++;
        return memset(item, 0, size);
}

static void finish_list(Reader *r, List *list, size_t size) {
        void *items = list->items;

        if (list->length > 0)
                list->items = memcpy(arena_alloc(r->arena, list->length * size), items, list->length * size);
        free(items);
}

static void read_list(Reader *r, const Field *field, List *list) {
        size_t size = field->kind == FIELD_LIST ? field->type->size : field->size;

        list->mark = event_mark(r);
        if (!expect(r, YAML_SEQUENCE_START_EVENT, "a list"))
                return;
        for (next(r); !r->failed && r->event.type != YAML_SEQUENCE_END_EVENT; next(r)) {
                void *item;

                push_index(r, list->length);
                item = append(list, size);
                *(Mark *)item = event_mark(r);
                if (field->kind == FIELD_LIST && is_null(r))
                        report(r, event_mark(r), "%s is not %s", found(r), field->type->expected);
                else if (field->kind == FIELD_LIST)
                        read_scalar(r, field->type, item);
                else
                        read_object(r, field->fields, item);
                pop(r);
        }
        finish_list(r, list, size);
}

typedef struct NamedItem {
        const Text *name;
        uint32_t index;
} NamedItem;

static int compare_named_items(const void *a, const void *b) {
        const NamedItem *left = a, *right = b;
        int order = strcmp(left->name->text, right->name->text);

        return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

/* Names are compared after they were normalized: "/a" and "/a/" are one mount point. */
static void report_equal_names(Reader *r, const List *list, size_t size) {
        NamedItem *items;

        if (list->length < 2)
                return;
        items = reallocate(NULL, list->length * sizeof(*items));
        for (uint32_t i = 0; i < list->length; i++)
                items[i] = (NamedItem){(const Text *)((const char *)list->items + i * size), i};
        qsort(items, list->length, sizeof(*items), compare_named_items);
        for (uint32_t i = 1; i < list->length; i++)
                if (strcmp(items[i - 1].name->text, items[i].name->text) == 0) {
                        push_name(r, items[i].name->text);
                        report(r, items[i].name->mark, "is given twice, first at %u:%u", items[i - 1].name->mark.line,
                                items[i - 1].name->mark.column);
                        pop(r);
                }
        free(items);
}

static void read_named_objects(Reader *r, const Field *field, List *list) {
        list->mark = event_mark(r);
        if (!expect(r, YAML_MAPPING_START_EVENT, "a mapping of names to options"))
                return;
        for (next(r); !r->failed && r->event.type != YAML_MAPPING_END_EVENT; next(r)) {
                Mark mark;
                const char *key = read_key(r, &mark);
                Text *item;

                if (!key)
                        continue;
                push_name(r, key);
                item = append(list, field->size);
                read_scalar(r, field->type, item);
                if (!item->text)
                        item->text = key;
                next(r);
                if (is_null(r)) {
                        check_plain_yaml(r);
                        report_missing(r, field->fields, event_mark(r), 0);
                } else {
                        read_object(r, field->fields, item);
                }
                pop(r);
        }
        report_equal_names(r, list, field->size);
        finish_list(r, list, field->size);
}

static RareOptions no_rare_options;

/* Reads the value of @field, whose first event is the current one, into @object. null is as if it were not given. */
static void read_field(Reader *r, const Field *field, void *object) {
        void *value;

        if (is_null(r)) {
                check_plain_yaml(r);
                return;
        }
        if (field->is_rare && r->container->rare == &no_rare_options)
                r->container->rare = arena_alloc(r->arena, sizeof(RareOptions));
        value = (void *)field_value(field, object);
        switch (field->kind) {
        case FIELD_SCALAR:
                read_scalar(r, field->type, value);
                break;
        case FIELD_LIST:
        case FIELD_OBJECTS:
                read_list(r, field, value);
                break;
        case FIELD_NAMED:
                read_named_objects(r, field, value);
                break;
        }
}

static Container *add_container(Reader *r, const char *name, Mark mark) {
        Manifest *m = r->manifest;
        Container *container = arena_alloc(r->arena, sizeof(*container));

        if (m->length == m->capacity) {
                m->capacity = m->capacity ? 2 * m->capacity : 16;
                m->containers = reallocate(m->containers, m->capacity * sizeof(*m->containers));
        }
        container->name = (Text){mark, name};
        container->file = r->file;
        container->rare = &no_rare_options;
        return m->containers[m->length++] = container;
}

static void read_containers(Reader *r) {
        size_t first = r->manifest->length;

        if (!expect(r, YAML_MAPPING_START_EVENT, "a mapping of names to containers"))
                return;
        for (next(r); !r->failed && r->event.type != YAML_MAPPING_END_EVENT; next(r)) {
                Mark mark;
                const char *key = read_key(r, &mark);
                Text name = {0};

                if (!key)
                        continue;
                if (r->manifest->length - first == MANIFEST_CONTAINERS_MAX) {
                        report(r, mark, "more than %i containers: the rest of the file is not read",
                                MANIFEST_CONTAINERS_MAX);
                        give_up(r);
                        return;
                }
                r->container = add_container(r, key, mark);
                r->entry_index = r->event.start_mark.index;
                push_name(r, key);
                read_scalar(r, &container_name_type, &name);
                next(r);
                r->container->entry = (Span){.fd = r->fd,
                        .start = offset_of(r, r->event.start_mark.index),
                        .column = r->event.start_mark.column};
                read_object(r, container_fields, r->container);
                r->container->entry.end = offset_of(r, r->event.end_mark.index);
                pop(r);
                if (r->failed) {
                        /* Nobody can tell what the rest of it was to be. */
                        r->container->broken = true;
                }
                r->container = NULL;
        }
}

/* An error that concerns all containers of the file, from @first on. */
static void break_containers(Reader *r, size_t first, const Mark *mark, const char *option, const char *message) {
        /* Of a file that ends in a syntax error before any of them, more is not known. */
        if (!r->failed || r->manifest->length > first)
                diagnose(&r->manifest->diagnostics, SEVERITY_ERROR, NULL, r->file, mark, option, "%s", message);
        for (size_t i = first; i < r->manifest->length; i++)
                r->manifest->containers[i]->broken = true;
}

static void read_root(Reader *r) {
        Mark start = event_mark(r), version_mark = {0}, containers_mark = {0};
        size_t first = r->manifest->length;
        const char *version_error = "is missing: this file's format is version 1";

        if (!expect(r, YAML_MAPPING_START_EVENT, "a mapping with \"version\" and \"containers\""))
                return;
        for (next(r); !r->failed && r->event.type != YAML_MAPPING_END_EVENT; next(r)) {
                static const Field root_fields[] = {{.name = "version"}, {.name = "containers"}, {0}};
                Mark mark, *seen;
                const char *key = read_key(r, &mark);

                if (!key)
                        continue;
                push_name(r, key);
                next(r);
                seen = strcmp(key, "version") == 0      ? &version_mark
                       : strcmp(key, "containers") == 0 ? &containers_mark
                                                        : NULL;
                if (!seen) {
                        report_unknown_option(r, root_fields, key, mark);
                        skip(r);
                } else if (seen->line > 0) {
                        report(r, mark, "is given twice, first at %u:%u", seen->line, seen->column);
                        skip(r);
                } else if (seen == &containers_mark) {
                        containers_mark = mark;
                        if (is_null(r))
                                check_plain_yaml(r);
                        else
                                read_containers(r);
                } else if (!r->failed) {
                        version_mark = event_mark(r);
                        version_error = NULL;
                        if (r->event.type == YAML_SCALAR_EVENT)
                                check_plain_yaml(r);
                        if (r->event.type != YAML_SCALAR_EVENT || strcmp((char *)r->event.data.scalar.value, "1") != 0)
                                version_error = arena_printf(
                                        r->arena, "%s is not a version that this program knows, which is 1", found(r));
                        skip(r);
                }
                pop(r);
        }
        /* In a file that ends too early the version may just not have come yet. */
        if (version_error && (!r->failed || version_mark.line > 0))
                break_containers(r, first, version_mark.line > 0 ? &version_mark : &start, "version", version_error);
}

/* libyaml does not count it as a character. */
static void skip_byte_order_mark(Reader *r) {
        char start[3];

        if (!r->is_ascii && pread(r->fd, start, sizeof(start), 0) == sizeof(start) &&
                memcmp(start, "\xef\xbb\xbf", sizeof(start)) == 0)
                r->known_offset = sizeof(start);
}

static void read_stream(Reader *r) {
        next(r); /* the start of the stream */
        skip_byte_order_mark(r);
        if (r->event.type == YAML_STREAM_START_EVENT && r->event.data.stream_start.encoding != YAML_UTF8_ENCODING) {
                report(r, event_mark(r), "the file is in UTF-16; a manifest is in UTF-8");
                return;
        }
        next(r);
        if (r->event.type == YAML_STREAM_END_EVENT) {
                report(r, event_mark(r), "the file is empty; a manifest starts with \"version: 1\"");
                return;
        }
        next(r); /* the start of the document */
        if (!r->failed)
                read_root(r);
        next(r); /* its end */
        next(r);
        if (!r->failed && r->event.type != YAML_STREAM_END_EVENT)
                report(r, event_mark(r), "a second document, which is not allowed: a manifest is one document");
}

static bool is_ascii(const unsigned char *bytes, size_t length) {
        uint64_t all = 0, eight;
        size_t i = 0;

        for (; i + sizeof(eight) <= length; i += sizeof(eight)) {
                memcpy(&eight, bytes + i, sizeof(eight));
                all |= eight;
        }
        for (; i < length; i++)
                all |= bytes[i];
        return (all & UINT64_C(0x8080808080808080)) == 0;
}

static int read_bytes(void *userdata, unsigned char *buffer, size_t size, size_t *ret_size) {
        Reader *r = userdata;
        ssize_t n;

        if (size > r->left)
                size = r->left;
        do
                n = read(r->fd, buffer, size);
        while (n < 0 && errno == EINTR);
        if (n < 0) {
                r->error = errno;
                return 0;
        }
        r->is_ascii = r->is_ascii && is_ascii(buffer, (size_t)n);
        r->left -= (size_t)n;
        *ret_size = (size_t)n;
        return 1;
}

/* Opens a regular file of a size that can be read. Returns a descriptor, or -1 with the reason in *ret_reason and
 * errno where it is of a system call. */
static int open_manifest(const char *path, size_t *ret_size, const char **ret_reason) {
        struct stat st;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

        if (fd < 0 || fstat(fd, &st) < 0)
                *ret_reason = strerror(errno);
        else if (!S_ISREG(st.st_mode))
                *ret_reason = S_ISDIR(st.st_mode) ? "is a directory, not a file" : "is not a regular file";
        else if ((uint64_t)st.st_size > MANIFEST_SIZE_MAX)
                *ret_reason = "is larger than 64 MiB";
        else {
                *ret_size = (size_t)st.st_size;
                return fd;
        }
        if (fd >= 0)
                close(fd);
        return -1;
}

/* Each manifest stays open: there is one for each container that was not declared by NixOS. */
static void allow_many_files(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                (void)setrlimit(RLIMIT_NOFILE, &limit);
        }
}

void manifest_init(Manifest *manifest, Arena *arena) {
        *manifest = (Manifest){.arena = arena, .names = NAME_TABLE_NULL};
        diagnostics_init(&manifest->diagnostics, arena);
}

void manifest_read(Manifest *manifest, const char *path, const char *shown) {
        Reader r = {
                .arena = manifest->arena,
                .manifest = manifest,
                .file = arena_copy(manifest->arena, shown, strlen(shown)),
                .is_ascii = true,
        };
        const char *reason;

        if (manifest->fds_length == 0)
                allow_many_files();
        errno = 0;
        r.fd = open_manifest(path, &r.left, &reason);
        if (r.fd < 0) {
                manifest->read_error = errno;
                diagnose(&manifest->diagnostics, SEVERITY_ERROR, NULL, r.file, NULL, NULL, "%s", reason);
                manifest->is_incomplete = true;
                return;
        }
        if (yaml_parser_initialize(&r.parser)) {
                yaml_parser_set_input(&r.parser, read_bytes, &r);
                read_stream(&r);
                yaml_event_delete(&r.event);
        } else {
                r.error = ENOMEM;
                r.failed = true;
                diagnose(&manifest->diagnostics, SEVERITY_ERROR, NULL, r.file, NULL, NULL, "%s", strerror(r.error));
        }
        if (r.error != 0)
                manifest->read_error = r.error;
        yaml_parser_delete(&r.parser);
        manifest->is_incomplete = manifest->is_incomplete || r.failed;
        manifest->fds = reallocate(manifest->fds, (manifest->fds_length + 1) * sizeof(*manifest->fds));
        manifest->fds[manifest->fds_length++] = r.fd;
}

/* The least that is read at once. */
#define WINDOW_SIZE ((size_t)32 * 1024)

static bool move_window(Window *window, const Span *span) {
        size_t length = span->end - span->start;

        length = length > WINDOW_SIZE ? length : WINDOW_SIZE;
        *window = (Window){.fd = span->fd, .start = span->start, .text = window->text};
        window->text.length = 0;
        buffer_reserve(&window->text, length);
        while (window->text.length < length) {
                ssize_t n = pread(span->fd, window->text.text + window->text.length, length - window->text.length,
                        (off_t)(span->start + window->text.length));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return false;
                if (n == 0)
                        break;
                window->text.length += (size_t)n;
        }
        if (window->text.length < span->end - span->start) {
                errno = ENODATA;
                return false;
        }
        return true;
}

bool manifest_read_span(const Span *span, Window *window, Buffer *buffer) {
        if ((window->fd != span->fd || span->start < window->start ||
                    span->end > window->start + window->text.length) &&
                !move_window(window, span)) {
                window->fd = -1;
                return false;
        }
        buffer_append(buffer, window->text.text + (span->start - window->start), span->end - span->start);
        return true;
}

void manifest_close(Manifest *manifest) {
        for (size_t i = 0; i < manifest->fds_length; i++)
                close(manifest->fds[i]);
        free(manifest->fds);
        manifest->fds = NULL;
        manifest->fds_length = 0;
}

void manifest_free(Manifest *manifest) {
        manifest_close(manifest);
        free(manifest->containers);
        name_table_free(&manifest->names);
        diagnostics_free(&manifest->diagnostics);
        manifest_init(manifest, manifest->arena);
}
