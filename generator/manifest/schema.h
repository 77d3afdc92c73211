/* SPDX-License-Identifier: MIT */
/* The schema: the options of a manifest, their types, and where the model keeps them. */
#pragma once

#include "manifest/scalars.h"

/* What is needed to apply a change of an option to a running container, from the least to the most. */
typedef enum Change {
        CHANGE_UNKNOWN, /* not an option */
        CHANGE_NOTHING, /* takes effect when the container starts the next time, or has none on it */
        CHANGE_LIVE,    /* can be applied while the container is running */
        CHANGE_RELOAD,  /* another system is activated inside */
        CHANGE_RESTART,
} Change;

typedef enum FieldKind {
        FIELD_SCALAR,  /* one value of .type */
        FIELD_LIST,    /* a sequence of values of .type */
        FIELD_OBJECTS, /* a sequence of mappings with .fields */
        FIELD_NAMED,   /* a mapping: names of .type, which start the object, to mappings with .fields */
} FieldKind;

typedef struct Field {
        const char *name;
        FieldKind kind;
        size_t offset; /* of the value or List in the object */
        bool is_rare;  /* the object is the RareOptions of a container */
        bool required;
        bool is_built; /* by Nix: a draft manifest does not have it yet */
        const ScalarType *type;
        const struct Field *fields; /* of an object, ended by one without a name */
        size_t size;                /* of an object, or of an item of a list */
        const void *defaults;       /* an object without any options set; NULL: none has a default */
        Change change;              /* what a change of it requires, or of the names or the length of a list */
        Change added;               /* what is required if something is only added to it, where that is less */
} Field;

/* The maximum number of options in one mapping. */
#define FIELDS_MAX 64

/* The options of one container, in the model's Container. */
extern const Field container_fields[];

/* A container without any options set, and the rare options that all such share. */
extern const Container container_defaults;
extern const RareOptions no_rare_options;

/* Returns the value or List of @field in @object. */
const void *field_value(const Field *field, const void *object);
