/* SPDX-License-Identifier: MIT */
/* The links between the host and a container, which ip(8) adds by the batch that a record has. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Fails if the host has one of the interfaces already that the batch adds. */
MUST_CHECK int links_check(const char *container, const Buffer *network);

/* Waits until udev is done with the links of the host that systemd-nspawn, with the arguments @program, is to use: it refuses them
 * before. One that was in the container until a moment ago is as new as one that was just made. Those that are not there
 * systemd-nspawn tells of. */
MUST_CHECK int links_settle(const char *container, char *const program[]);

/* Fails if one of the links that the batch has added is still there. */
MUST_CHECK int links_check_removed(const char *container, const Buffer *network);

/* Starts to delete the links that the batch has added, those that are still there: the kernel deletes them itself when it deletes the
 * container's network namespace, which is going on meanwhile. An interface that had the name before, so that there was nothing to add,
 * is known by its MAC address. Returns the process, 0 if there are none; what has failed was logged, and is handed on by end_program(). */
MUST_CHECK pid_t links_start_removing(const Buffer *network);
