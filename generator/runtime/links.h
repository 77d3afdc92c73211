/* SPDX-License-Identifier: MIT */
/* The links between the host and a container, from the commands of a state record: systemd-nspawn adds them, with one end in the container's
 * network namespace, and the rest is done when they are there. @fd is a socket of link_commands_open(). */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Fails if the host already has one of the interfaces that are to be added. */
MUST_CHECK int links_check(const char *container, const Buffer *network);

/* Waits until the host has the bridges that links are added to. Fails if there is one that it does not get. */
MUST_CHECK int links_wait_for_bridges(const char *container, const Buffer *network);

/* Waits until the host has the interfaces that systemd-nspawn, with the arguments @program, is to use, and until udev has processed them: it
 * refuses them before that. A link that was in the container until a moment ago is as new as one just created. Alternative names are
 * replaced by the interfaces' own names, owned by @arena: an interface cannot be renamed to one of its alternative names. */
MUST_CHECK int links_settle(Arena *arena, const char *container, char *program[]);

/* Waits until systemd-nspawn, whose pidfd is @main, has added the links, of which @fd is told. Fails with -ESRCH if it ends before. */
MUST_CHECK int links_wait(int fd, int main, const Buffer *network);

/* Does all with them but what is last. */
MUST_CHECK int links_set(const char *container, int fd, const Buffer *network);

/* Brings them up, by which the container is told that its network is complete, and adds the routes, which need that. It is one request: the
 * routes are there before the container has done anything. */
MUST_CHECK int links_bring_up(const char *container, int fd, const Buffer *network);

/* Deletes those links that still exist: the kernel deletes them on its own along with the container's network namespace, which is in progress
 * at the same time. An interface that had the name before, so that nothing was added, is recognized by its MAC address. */
MUST_CHECK int links_remove(const char *container, const Buffer *network);
