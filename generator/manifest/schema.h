/* SPDX-License-Identifier: MIT */
/* The schema: which options a manifest has, of which type, and where in the model they are kept. */
#pragma once

#include "manifest/scalars.h"

/* What it takes to bring a change of an option into a running container, from the least to the most. */
typedef enum Change {
        CHANGE_UNKNOWN, /* of no option */
        CHANGE_NOTHING, /* it has its effect when the container starts the next time, or none on the container */
        CHANGE_LIVE,    /* it can be made while the container runs */
        CHANGE_RELOAD,  /* another system is activated inside */
        CHANGE_RESTART,
} Change;

typedef enum FieldKind {
        FIELD_SCALAR,  /* one value of .type */
        FIELD_LIST,    /* a sequence of values of .type */
        FIELD_OBJECTS, /* a sequence of mappings with .fields */
        FIELD_NAMED,   /* a mapping: names of .type, which open the object, to mappings with .fields */
} FieldKind;

typedef struct Field {
        const char *name;
        FieldKind kind;
        size_t offset; /* of the value or List in the object */
        bool is_rare;  /* the object is the RareOptions of a container */
        bool required;
        bool is_built; /* by Nix: the draft of a manifest has not got it yet */
        const ScalarType *type;
        const struct Field *fields; /* of an object, ended by one without a name */
        size_t size;                /* of an object, or of an item of a list */
        const void *defaults;       /* an object of which no option is given; NULL: none has a default */
        Change change;              /* what a change of it takes, or of the names or the length of a list */
        Change added;               /* what it takes if something is only added to it, where that is less */
} Field;

/* The most options that one mapping can have. */
#define FIELDS_MAX 64

/* The options of one container, in the model's Container. */
extern const Field container_fields[];

/* One of which no option is given, and the rare ones of all such. */
extern const Container container_defaults;
extern const RareOptions no_rare_options;

/* The value or List of @field in @object. */
const void *field_value(const Field *field, const void *object);
