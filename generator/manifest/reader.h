/* SPDX-License-Identifier: MIT */
/* The reader: goes through the events of libyaml and fills in the model according to the schema. All its messages go to the diagnostics of
 * its manifest, with the place in the file and the option being read. */
#pragma once

#include "manifest/events.h"
#include "manifest/manifest.h"
#include "manifest/schema.h"

/* The maximum nesting depth, and the maximum length of a container's entry, in characters. */
#define MANIFEST_DEPTH_MAX 16
#define MANIFEST_ENTRY_MAX ((size_t)512 * 1024)

/* "containers", a name, an option, a name in it, an option of that, and an index */
#define PATH_MAX_PARTS 8

typedef struct PathPart {
        const char *name; /* NULL: an index */
        unsigned index;
} PathPart;

typedef struct Reader {
        Events events;
        Arena *arena;
        Manifest *manifest;
        const char *file;
        Container *container; /* the one being read, or NULL */
        size_t entry_index;   /* the character of the file where it starts */
        PathPart path[PATH_MAX_PARTS];
        size_t path_length;
} Reader;

/* Enters and leaves an option of the option being read. Its name must outlive the reader. */
void reader_push(Reader *r, const char *name);
void reader_pop(Reader *r);

/* Adds an error at @mark. */
void reader_report(Reader *r, Mark mark, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds an error about @name, which is not one of @fields. */
void reader_unknown_option(Reader *r, const Field *fields, const char *name, Mark mark);

/* Advances to the next event; reports errors in the file. */
void reader_next(Reader *r);

/* Skips the node that starts with the current event, up to its last event. */
void reader_skip(Reader *r);

/* Describes the current node, for a message. */
const char *reader_found(Reader *r);

/* Reports if the current node is not plain YAML, as JSON has it; it can still be read or skipped. */
void reader_check_plain(Reader *r);

/* Starts reading a node of @type. If it is of another type, reports that, skips it and returns false. */
bool reader_expect(Reader *r, yaml_event_type_t type, const char *expected);

/* Adds an error at @mark about the option being read: a duplicate of the one at @first. */
void reader_given_twice(Reader *r, Mark mark, Mark first);

/* Advances to the next key of a mapping, from its start or from the last event of the previous value, and reads it into the arena. Returns
 * NULL at the end of the mapping. Skips invalid names with their values. */
const char *reader_next_key(Reader *r, Mark *ret_mark);

/* Reads a scalar of @type into @value. */
void reader_scalar(Reader *r, const ScalarType *type, void *value);

/* Reads a mapping of options, whose first event is the current one, into @object. */
void reader_object(Reader *r, const Field *fields, void *object);
