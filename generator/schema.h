/* The schema: which options a manifest has, of which type, and where in the model they are kept. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

/* The type of a scalar. */
typedef struct ScalarType {
        /* What is allowed, to stand behind "… is not ". */
        const char *expected;
        /* Size of the value in the model: Text, Flag, … */
        size_t size;
        /* Reads @text into @value, behind its mark. @plain tells that it was written without quotes. @value is zeroed;
         * texts that are kept are owned by @arena. False if the text is not of this type. */
        bool (*parse)(Arena *arena, const char *text, size_t length, bool plain, void *value);
} ScalarType;

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
        bool required;
        const ScalarType *type;
        const struct Field *fields; /* of an object, ended by one without a name */
        size_t size;                /* of an object */
} Field;

/* The options of one container, in the model's Container. */
extern const Field container_fields[];

/* The name of a container. */
extern const ScalarType container_name_type;
