/* SPDX-License-Identifier: MIT */
/* Drop-ins: what is set for the units of containers besides what is generated, by systemd.services."container@NAME" of NixOS or by hand.
 * What systemctl set-property sets does not count, as it takes effect at once. systemd.unit(5) */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/name-table.h"

/* The existing directories of drop-ins, for callers that ask for those of many containers. */
typedef struct DropIns {
        const char *root; /* "" or where the host's files are */
        NameTable directories;
        Buffer of_template; /* what is set for all containers */
} DropIns;

/* Finds the directories below @root. Owned by @arena, except what drop_ins_free() frees. */
void drop_ins_find(DropIns *ret_drop_ins, Arena *arena, const char *root);

/* Appends everything that is set for the container @name below @root, in an order of its own. What cannot be read counts as missing. */
void drop_ins_read(const char *root, const char *name, Buffer *text);

/* The same, using the directories that drop_ins_find() found. */
void drop_ins_read_found(const DropIns *drop_ins, const char *name, Buffer *text);

void drop_ins_free(DropIns *drop_ins);

#define CLEANUP_DROP_INS CLEANUP(drop_ins_free)
