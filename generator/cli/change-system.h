/* SPDX-License-Identifier: MIT */
/* Changing the system of a container: its profile leads to another generation, the manifest of an imperative one names that system, and if the
 * container runs, the system is activated in it. What fails or is interrupted leaves all of these as they were. */
#pragma once

#include "cli/imperative.h"

/* Another system for a container. */
typedef struct NewSystem {
        const char *path;       /* of the store */
        unsigned number;        /* its generation; 0: it becomes a new one */
        const Buffer *manifest; /* with this system; NULL: the manifest stays as it is, as it names a profile */
        const Buffer *manifest_before;
} NewSystem;

/* Makes the system that the container has one of its generations, as earlier versions had none. */
MUST_CHECK int change_system_prepare(const Request *request);

/* Changes the container of @request to @system. @ret_before is the number of the generation that it had, 0 for none. */
MUST_CHECK int change_system(
        Request *request, const HostContainer *container, const NewSystem *system, unsigned *ret_before);
