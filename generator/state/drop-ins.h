/* SPDX-License-Identifier: MIT */
/* Drop-ins: what is set for the units of containers beside what is generated, by systemd.services."container@NAME" of NixOS or by hand. What
 * systemctl set-property sets is none of it, as it holds at once. systemd.unit(5) */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/name-table.h"

/* Which directories of drop-ins there are, for who asks for those of many containers. */
typedef struct DropIns {
        const char *root; /* "" or where the host's files are */
        NameTable directories;
} DropIns;

/* Looks for the directories below @root. Owned by @arena, but what drop_ins_free() frees. */
void drop_ins_find(DropIns *ret_drop_ins, Arena *arena, const char *root);

/* Appends all that is set for the container @name below @root, in an order of its own. What cannot be read is not there. */
void drop_ins_read(const char *root, const char *name, Buffer *text);

/* The same, of one of those that were looked for. */
void drop_ins_read_found(const DropIns *drop_ins, const char *name, Buffer *text);

void drop_ins_free(DropIns *drop_ins);

#define CLEANUP_DROP_INS CLEANUP(drop_ins_free)
