/* SPDX-License-Identifier: MIT */
/* Drop-ins: what is set for the units of containers beside what is generated, by systemd.services."container@NAME" of NixOS or by hand. What
 * systemctl set-property sets is none of it, as it holds at once. systemd.unit(5) */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/name-table.h"

/* Which containers have any. */
typedef struct DropIns {
        const char *root; /* "" or where the host's files are */
        Arena *arena;
        NameTable directories;
} DropIns;

/* Looks for the directories of drop-ins below @root. Owned by @arena, but what drop_ins_free() frees. */
void drop_ins_find(DropIns *ret_drop_ins, Arena *arena, const char *root);

/* Appends all that is set for the container @name, in an order of its own. What cannot be read is not there. */
void drop_ins_read(const DropIns *drop_ins, const char *name, Buffer *text);

void drop_ins_free(DropIns *drop_ins);

#define CLEANUP_DROP_INS CLEANUP(drop_ins_free)
