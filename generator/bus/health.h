/* SPDX-License-Identifier: MIT */
/* The health of a running container: whether units that were running in it fail. Its own systemd tells, which may say anything, and does not
 * have to answer. */
#pragma once

#include "base/arena.h"
#include "base/name-table.h"

/* The units that were running. */
typedef struct Health {
        Arena arena;
        NameTable units;
} Health;

#define HEALTH_NULL ((Health){.units = NAME_TABLE_NULL})

/* Notes which units are running in the container @name. Logs a failure to find out. */
MUST_CHECK int health_note(const char *name, Health *ret_health);

/* Watches the container for @usec. Fails as soon as a unit in @health has failed, whose name is then in *ret_unit, owned by @health; and at
 * the end, if one is about to be restarted, or the container has not come up: *ret_unit is then NULL. Fails with -EINTR if there is an
 * interrupt. Logs why. */
MUST_CHECK int health_watch(const char *name, Health *health, uint64_t usec, const char **ret_unit);

void health_free(Health *health);

#define CLEANUP_HEALTH CLEANUP(health_free)
