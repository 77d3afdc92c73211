/* SPDX-License-Identifier: MIT */
#include "manifest/reader.h"

#include <assert.h>
#include <stdarg.h>

#include "base/memory.h"
#include "base/spelling.h"
#include "systemd/escape.h"
#include "systemd/option-path.h"

/* A bit for each field that is given. */
_Static_assert(FIELDS_MAX <= 64, "a uint64_t has as many bits");

static void push(Reader *r, PathPart part) {
        assert(r->path_length < PATH_MAX_PARTS);
        r->path[r->path_length++] = part;
}

void reader_push(Reader *r, const char *name) {
        push(r, (PathPart){.name = name});
}

static void push_index(Reader *r, unsigned index) {
        push(r, (PathPart){.index = index});
}

void reader_pop(Reader *r) {
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

/* The container that is being read, or NULL. */
static const char *container_name(const Reader *r) {
        return r->container ? r->container->name.text : NULL;
}

/* Whether an error that is reported now is not only counted: no memory is spent on the text of one that is. */
static bool will_be_seen(const Reader *r) {
        return diagnostics_keep_error(&r->manifest->diagnostics, container_name(r), r->file);
}

void reader_report(Reader *r, Mark mark, const char *format, ...) {
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

void reader_next(Reader *r) {
        const yaml_event_t *event = &r->events.event;

        if (r->events.failed)
                return;
        if (!events_next(&r->events)) {
                Mark mark;
                const char *problem = events_problem(&r->events, r->arena, &mark);

                reader_report(r, mark, "%s", problem);
        } else if (r->container && event->end_mark.index - r->entry_index > MANIFEST_ENTRY_MAX) {
                reader_report(
                        r, events_mark(&r->events), "container larger than 512 KiB, ignoring the rest of the file");
                events_give_up(&r->events);
        }
}

void reader_skip(Reader *r) {
        int depth = 0;

        for (;; reader_next(r)) {
                switch (r->events.event.type) {
                case YAML_MAPPING_START_EVENT:
                case YAML_SEQUENCE_START_EVENT:
                        if (++depth > MANIFEST_DEPTH_MAX) {
                                reader_report(r, events_mark(&r->events),
                                        "more than %i levels of nesting below this option", MANIFEST_DEPTH_MAX);
                                events_give_up(&r->events);
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

const char *reader_found(Reader *r) {
        if (!will_be_seen(r))
                return "";
        if (events_is_null(&r->events))
                return "null";
        switch (r->events.event.type) {
        case YAML_SCALAR_EVENT:
                return escape_message(
                        r->arena, (char *)r->events.event.data.scalar.value, r->events.event.data.scalar.length);
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

/* The start of a node has both in the same places, of whichever kind it is. */
#define HAS_ANCHOR_AND_TAG(kind)                                                                                       \
        _Static_assert(offsetof(yaml_event_t, data.kind.anchor) == offsetof(yaml_event_t, data.scalar.anchor) &&       \
                               offsetof(yaml_event_t, data.kind.tag) == offsetof(yaml_event_t, data.scalar.tag),       \
                "they are read as those of a scalar")
HAS_ANCHOR_AND_TAG(sequence_start);
HAS_ANCHOR_AND_TAG(mapping_start);

void reader_check_plain(Reader *r) {
        const yaml_event_t *event = &r->events.event;
        yaml_event_type_t type = event->type;

        if (type == YAML_ALIAS_EVENT)
                reader_report(r, events_mark(&r->events), "alias *%s is not allowed: write the value itself",
                        event->data.alias.anchor);
        if (type != YAML_SCALAR_EVENT && type != YAML_SEQUENCE_START_EVENT && type != YAML_MAPPING_START_EVENT)
                return;
        if (event->data.scalar.anchor)
                reader_report(r, events_mark(&r->events), "anchor &%s is not allowed", event->data.scalar.anchor);
        if (event->data.scalar.tag)
                reader_report(r, events_mark(&r->events), "tag %s is not allowed",
                        tag_text(r, (const char *)event->data.scalar.tag));
}

bool reader_expect(Reader *r, yaml_event_type_t type, const char *expected) {
        reader_check_plain(r);
        if (r->events.event.type == type)
                return true;
        if (!r->events.failed && r->events.event.type != YAML_ALIAS_EVENT)
                reader_report(r, events_mark(&r->events), "expected %s, found %s", expected, reader_found(r));
        reader_skip(r);
        return false;
}

void reader_scalar(Reader *r, const ScalarType *type, void *value) {
        const char *text, *explained;
        size_t length;

        if (!reader_expect(r, YAML_SCALAR_EVENT, type->expected))
                return;

        text = (char *)r->events.event.data.scalar.value;
        length = r->events.event.data.scalar.length;
        *(Mark *)value = events_mark(&r->events);
        if (scalar_parse(
                    type, r->arena, text, length, r->events.event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE, value))
                return;
        explained = type->explain ? type->explain(text, length) : NULL;
        reader_report(r, events_mark(&r->events), "%s %s%s", reader_found(r), explained ? explained : "is not ",
                explained ? "" : type->expected);
}

static const Field *find_field(const Field *fields, const char *name) {
        for (; fields->name; fields++)
                /* Most differ in their first letters, for which no function needs to be called. */
                if (fields->name[0] == name[0] && fields->name[1] == name[1] && strcmp(fields->name, name) == 0)
                        return fields;
        return NULL;
}

void reader_unknown_option(Reader *r, const Field *fields, const char *name, Mark mark) {
        for (const Field *field = fields; field->name; field++)
                if (one_edit_apart(name, field->name)) {
                        reader_report(r, mark, "unknown option, did you mean \"%s\"?", field->name);
                        return;
                }
        reader_report(r, mark, "unknown option");
}

void reader_given_twice(Reader *r, Mark mark, Mark first) {
        if (r->manifest->diagnostics.without_places)
                reader_report(r, mark, "duplicate");
        else
                reader_report(r, mark, "duplicate, first at %u:%u", first.line, first.column);
}

const char *reader_next_key(Reader *r, Mark *ret_mark) {
        const yaml_event_t *event = &r->events.event;

        for (reader_next(r); !r->events.failed && event->type != YAML_MAPPING_END_EVENT; reader_next(r)) {
                *ret_mark = events_mark(&r->events);
                if (reader_expect(r, YAML_SCALAR_EVENT, "a name")) {
                        const char *name = (char *)event->data.scalar.value;
                        size_t length = event->data.scalar.length;

                        if (!memchr(name, '\0', length))
                                return arena_copy(r->arena, name, length);
                        reader_report(r, *ret_mark, "%s is not a valid name", reader_found(r));
                }
                reader_next(r);
                reader_skip(r);
        }
        return NULL;
}

static void read_field(Reader *r, const Field *field, void *object);

/* Says which options that are required are missing in the object at @start; @given has a bit for each field that is there. */
static void report_missing(Reader *r, const Field *fields, Mark start, uint64_t given) {
        for (const Field *field = fields; field->name && !r->events.failed; field++)
                if (field->required && !(given & UINT64_C(1) << (field - fields)) &&
                        !(field->is_built && r->manifest->is_draft)) {
                        reader_push(r, field->name);
                        reader_report(r, start, "missing required option");
                        reader_pop(r);
                }
}

void reader_object(Reader *r, const Field *fields, void *object) {
        Mark start = events_mark(&r->events), mark, seen[FIELDS_MAX] = {0};
        uint64_t given = 0; /* a bit for each field that is not null */
        const char *key;

        if (!reader_expect(r, YAML_MAPPING_START_EVENT, "a mapping of options"))
                return;

        while ((key = reader_next_key(r, &mark))) {
                const Field *field = find_field(fields, key);
                Mark *first = field ? &seen[field - fields] : NULL;

                reader_push(r, key);
                reader_next(r);
                if (!field) {
                        reader_unknown_option(r, fields, key, mark);
                        reader_skip(r);
                } else if (first->line > 0) {
                        reader_given_twice(r, mark, *first);
                        reader_skip(r);
                } else {
                        *first = mark;
                        if (!events_is_null(&r->events))
                                given |= UINT64_C(1) << (field - fields);
                        read_field(r, field, object);
                }
                reader_pop(r);
        }
        report_missing(r, fields, start, given);
}

/* Grows @list, of @field, by one item of which no option is given. The items are malloc(3)ed until finish_list(). */
static void *append(List *list, size_t *capacity, const Field *field) {
        void *item;

        list->items = grow_array(list->items, list->length, capacity, field->size);
        item = (char *)list->items + list->length++ * field->size;
        return field->defaults ? memcpy(item, field->defaults, field->size) : memset(item, 0, field->size);
}

static void finish_list(Reader *r, List *list, size_t size) {
        CLEANUP_FREE void *items = list->items;

        if (list->length > 0)
                list->items = memcpy(arena_alloc(r->arena, list->length * size), items, list->length * size);
}

static void read_list(Reader *r, const Field *field, List *list) {
        size_t capacity = 0;

        list->mark = events_mark(&r->events);
        if (!reader_expect(r, YAML_SEQUENCE_START_EVENT, "a list"))
                return;
        for (reader_next(r); !r->events.failed && r->events.event.type != YAML_SEQUENCE_END_EVENT; reader_next(r)) {
                void *item;

                push_index(r, list->length);
                item = append(list, &capacity, field);
                *(Mark *)item = events_mark(&r->events);
                if (field->kind == FIELD_OBJECTS)
                        reader_object(r, field->fields, item);
                else if (events_is_null(&r->events))
                        reader_report(r, events_mark(&r->events), "expected %s, found %s", field->type->expected,
                                reader_found(r));
                else
                        reader_scalar(r, field->type, item);
                reader_pop(r);
        }
        finish_list(r, list, field->size);
}

/* Names are compared after they were normalized: "/a" and "/a/" are one mount point. */
static void report_equal_names(Reader *r, const List *list, size_t size) {
        CLEANUP(name_table_free) NameTable names = NAME_TABLE_NULL;

        for (uint32_t i = 0; i < list->length; i++) {
                Text *name = (Text *)((char *)list->items + i * size);
                const Text *first = name_table_add(&names, name->text, name);

                if (first) {
                        reader_push(r, name->text);
                        reader_given_twice(r, name->mark, first->mark);
                        reader_pop(r);
                }
        }
}

static void read_named_objects(Reader *r, const Field *field, List *list) {
        size_t capacity = 0;
        const char *key;
        Mark mark;

        list->mark = events_mark(&r->events);
        if (!reader_expect(r, YAML_MAPPING_START_EVENT, "a mapping of names to options"))
                return;
        while ((key = reader_next_key(r, &mark))) {
                Text *item = append(list, &capacity, field);

                reader_push(r, key);
                reader_scalar(r, field->type, item);
                if (!item->text)
                        item->text = key;
                reader_next(r);
                if (events_is_null(&r->events)) {
                        reader_check_plain(r);
                        report_missing(r, field->fields, events_mark(&r->events), 0);
                } else {
                        reader_object(r, field->fields, item);
                }
                reader_pop(r);
        }
        if (list->length > 1)
                report_equal_names(r, list, field->size);
        finish_list(r, list, field->size);
}

/* Reads the value of @field, whose first event is the current one, into @object. null is as if it were not given. */
static void read_field(Reader *r, const Field *field, void *object) {
        void *value;

        if (events_is_null(&r->events)) {
                reader_check_plain(r);
                return;
        }
        if (field->is_rare && r->container->rare == &no_rare_options)
                r->container->rare =
                        memcpy(arena_alloc(r->arena, sizeof(RareOptions)), &no_rare_options, sizeof(RareOptions));
        value = (void *)field_value(field, object);
        switch (field->kind) {
        case FIELD_SCALAR:
                reader_scalar(r, field->type, value);
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
