/* SPDX-License-Identifier: MIT */
/* The commands in the network section of a state record, which are written as ip(8) takes them, as requests of rtnetlink(7): a process takes
 * longer to start than all of them take. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Opens a socket for the requests; with @watch one that is also told of every change to a link. */
MUST_CHECK int link_commands_open(bool watch);

/* Returns the link that the command between @line and @end adds, NULL if it is another. Owned by @arena. */
const char *link_command_added(Arena *arena, const char *line, const char *end);

/* Whether the command between @line and @end is one that has to wait until all others are done: it brings a link up, or needs one that is up. */
bool link_command_is_last(const char *line, const char *end);

/* Appends its request to @requests. "link add" stands for what remains to be done with the link that systemd-nspawn has added, see
 * --network-veth-extra= in systemd-nspawn(1). Returns the number of requests, 0 for a line that is no command; -ENODEV if the host has no
 * such interface, -EINVAL if it is none of the commands in templates/container.network. */
MUST_CHECK int link_command_append(Buffer *requests, const char *line, const char *end);

/* Deletes the link @name of the host. One that is gone counts as deleted. */
MUST_CHECK int link_delete(int fd, const char *name);
