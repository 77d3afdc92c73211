/* SPDX-License-Identifier: MIT */
/* The control groups of containers, by which it is known without asking systemd that one has ended: the kernel tells when the last process of
 * a group is gone, see "populated" in cgroups(7). A start notes that of its unit in CONTROL_GROUPS_DIRECTORY, below RECORDS_DIRECTORY, as a symbolic link
 * whose target is the ID of the invocation (systemd.exec(5), $INVOCATION_ID), a colon and the path of the group. */
#pragma once

#include "base/arena.h"

/* Finds the path of the control group that this process is in. Owned by @arena. */
MUST_CHECK int control_group_find_own(Arena *arena, const char **ret_path);

/* The same for the control group of the container's unit, if this process is in it: whoever runs this by hand is in another. */
bool control_group_find(Arena *arena, const char *container, const char **ret_path);

/* Whether there are processes in the control group @path, relative to the directory @group, or further below. One that is gone has none. */
bool control_group_is_populated(int group, const char *path);

/* Notes the control group, if this process is in it, and forgets it. The caller has opened the @records. */
MUST_CHECK int control_groups_note(int records, const char *container);
void control_groups_forget(int records, const char *container);

typedef struct NotedGroup {
        const char *path;       /* of the control group */
        const char *invocation; /* of the unit */
} NotedGroup;

/* Reads what was noted of the container. False if there is nothing. Owned by @arena. */
bool control_groups_read(Arena *arena, const char *container, NotedGroup *ret_group);

/* Whether the container has ended: all of its processes are gone, but it was not forgotten yet. */
bool control_groups_has_ended(const char *container);

/* Waits, if the container has ended, until what it had on the host is removed, for at most 3 s. Returns whether that is so: false also for one
 * that has not ended. */
bool control_groups_wait_for_end(const char *container);
