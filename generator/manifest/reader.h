/* SPDX-License-Identifier: MIT */
/* The reader: goes through what libyaml finds and fills in the model by the schema. Whatever it says goes to the diagnostics of its
 * manifest, with the place in the file and the option that is being read. */
#pragma once

#include "manifest/events.h"
#include "manifest/manifest.h"
#include "manifest/schema.h"

/* The deepest nesting, and the longest entry of a container, in characters. */
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

/* The option that is being read, of the one that was read before: its name outlives the reader. */
void reader_push(Reader *r, const char *name);
void reader_pop(Reader *r);

/* Adds an error at @mark. */
void reader_report(Reader *r, Mark mark, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds one about @name, which is none of @fields. */
void reader_unknown_option(Reader *r, const Field *fields, const char *name, Mark mark);

/* Goes on to the next event; what is wrong with the file is said. */
void reader_next(Reader *r);

/* Skips the node that starts with the current event, up to its last event. */
void reader_skip(Reader *r);

/* What stands there, for a message. */
const char *reader_found(Reader *r);

/* Says so if the current node is no plain YAML as JSON has it; it can still be read or skipped. */
void reader_check_plain(Reader *r);

/* Starts reading a node of @type. If it is of another one, says so, skips it and returns false. */
bool reader_expect(Reader *r, yaml_event_type_t type, const char *expected);

/* Adds one at @mark about the option that is being read, which was given at @first before. */
void reader_given_twice(Reader *r, Mark mark, Mark first);

/* Goes on to the next key of a mapping, from its start or from the last event of the value before, and reads it into the arena. NULL, at
 * the end of the mapping, if there is none any more. What is no name is skipped with its value. */
const char *reader_next_key(Reader *r, Mark *ret_mark);

/* Reads a scalar of @type into @value. */
void reader_scalar(Reader *r, const ScalarType *type, void *value);

/* Reads a mapping of options, whose first event is the current one, into @object. */
void reader_object(Reader *r, const Field *fields, void *object);
