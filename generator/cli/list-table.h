/* SPDX-License-Identifier: MIT */
/* The table of nixos-container list, for people. */
#pragma once

#include "base/arena.h"

/* What is shown of a container. */
typedef struct ListRow {
        const char *host; /* NULL: this one */
        const char *name;
        const char *state;        /* "up", "down", … */
        const char *addresses[2]; /* up to the first NULL */
        const char *system;       /* or NULL */
        uint64_t uptime;          /* in seconds, if it is "up" */
        bool declared, broken;    /* whether it is declared, and whether that has errors */
        bool is_empty;            /* it waits for its first deployment */
} ListRow;

/* Prints a heading and the @rows to standard output, with colours if it is a terminal that has some; with a column for the hosts if the
 * first row has one. */
void list_print_table(Arena *arena, const ListRow rows[], size_t length);
