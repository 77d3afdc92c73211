/* SPDX-License-Identifier: MIT */
/* Comparing a container as it was started with its declaration, option by option, according to the schema. */
#pragma once

#include "base/buffer.h"
#include "manifest/manifest.h"
#include "manifest/schema.h"

/* An option that differs, or an item that only one of the two lists has. */
typedef struct OptionChange {
        struct OptionChange *next;
        const char *option; /* the path of the option or item in the container */
        /* The values as JSON; NULL where it does not exist. Both NULL: the content of the file has changed. */
        const char *old, *new;
        const BindMount *mount; /* what is to be mounted in the running container; NULL: nothing */
        Change change;          /* what this change requires in this container */
} OptionChange;

/* Whether @manifest, of a state record, is what that of @container with its @entry would be. True if its entry is identical byte for byte;
 * false proves nothing. */
bool entry_is_recorded(const Container *container, const Buffer *entry, const Buffer *manifest);

/* Returns what is required because the drop-ins of a unit (drop-ins.h) are @new, and were @old when it was started: as for any unit of
 * NixOS. */
Change compare_drop_ins(const Buffer *old, const Buffer *new);

/* Whether the drop-ins specify that their unit is not to be changed. */
bool drop_ins_keep(const Buffer *drop_ins);

/* Returns what differs from @old to @new and requires anything, in the order of the schema. @root is "" or where the host's files are.
 * Owned by @arena. */
OptionChange *compare_containers(Arena *arena, const char *root, const Container *old, const Container *new);

/* Returns the secrets in @secrets, of the state record in @records, whose content has changed since the start of @old, and what is required
 * for that according to @new. Owned by @arena. */
OptionChange *compare_secrets(Arena *arena, const char *root, const char *records, const Container *old,
        const Container *new, const Buffer *secrets);
