/* SPDX-License-Identifier: MIT */
/* Comparing a container as it was started with the same as it is declared, option by option, as the schema has them. */
#pragma once

#include "base/buffer.h"
#include "manifest/manifest.h"
#include "manifest/schema.h"

/* An option that differs, or an item of a list that only one of both has. */
typedef struct OptionChange {
        struct OptionChange *next;
        const Field *field;    /* the option, or that whose list has the item */
        const void *item;      /* what is added to the list where it is declared; NULL: anything else */
        const char *option;    /* the path of both in the container */
        const char *old, *new; /* the values as JSON; NULL where it is not there */
        Change change;         /* what this change takes in this container */
} OptionChange;

/* Whether @manifest, of a record, is what that of @container with its @entry would be. True if it has the entry to the byte; false says
 * nothing. */
bool entry_is_recorded(const Container *container, const Buffer *entry, const Buffer *manifest);

/* What it takes that the drop-ins of a unit (drop-ins.h) are @new, and were @old when it was started: as for any unit of NixOS. */
Change compare_drop_ins(const Buffer *old, const Buffer *new);

/* Whether they say that their unit is not to be changed. */
bool drop_ins_keep(const Buffer *drop_ins);

/* Gives what differs from @old to @new and takes anything, in the order of the schema. @root is "" or where the host's files are. Owned by
 * @arena. */
OptionChange *compare_containers(Arena *arena, const char *root, const Container *old, const Container *new);

/* The bind mount that @change adds, or NULL. */
const BindMount *change_added_bind_mount(const OptionChange *change);
