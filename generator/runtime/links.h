/* SPDX-License-Identifier: MIT */
/* The links between the host and a container, which ip(8) adds from the batch in a state record. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Fails if the host already has one of the interfaces that the batch adds. */
MUST_CHECK int links_check(const char *container, const Buffer *network);

/* Waits until the host has the bridges that the batch adds links to. Fails if there is one that it does not get. */
MUST_CHECK int links_wait_for_bridges(const char *container, const Buffer *network);

/* Waits until the host has the interfaces that systemd-nspawn, with the arguments @program, is to use, beside those that the batch has
 * added, and until udev has processed them: it refuses them before that. A link that was in the container until a moment ago is as new as one just created. Alternative names are
 * replaced by the interfaces' own names, owned by @arena: an interface cannot be renamed to one of its alternative names. */
MUST_CHECK int links_settle(Arena *arena, const char *container, const Buffer *network, char *program[]);

/* Fails if one of the links that the batch has added still exists. */
MUST_CHECK int links_check_removed(const char *container, const Buffer *network);

/* Starts to delete those links added by the batch that still exist: the kernel deletes them on its own along with the container's network
 * namespace, which is in progress at the same time. An interface that had the name before, so that nothing was added, is recognized by its
 * MAC address. Returns the process, 0 if there are none; failures were logged, and are passed on by end_program(). */
MUST_CHECK pid_t links_start_removing(const Buffer *network);
