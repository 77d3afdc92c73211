/* SPDX-License-Identifier: MIT */
/* Forwards from the host's loopback addresses by the programs of localhost-programs.h. These and their map of forwards serve all containers.
 * They are loaded with the first forward and gone with the last one:
 *
 *   LOCALHOST_DIRECTORY/VERSION/forwards       the map
 *   LOCALHOST_DIRECTORY/VERSION/connect4, …    links that hold the programs at the root of the control groups, beside the programs of others
 *
 * A VERSION is complete or not there. Beside it are only remains of a process that was killed, and other versions, which are there as long as
 * a container has forwards in them: after an upgrade. All functions remove the remains. Processes of other network namespaces and control
 * groups outside of the host's are not concerned.
 *
 * Needs CAP_BPF, CAP_NET_ADMIN, a file system of type bpf at /sys/fs/bpf, and only the unified hierarchy of control groups. Memory is that of
 * the control group which loads the programs: from Linux 5.11 on, RLIMIT_MEMLOCK does not matter. */
#pragma once

#include "runtime/localhost-programs.h"

#include "state/paths.h"

typedef struct LocalhostForward {
        LocalhostKey key; /* but for the network namespace, which is that of the process */
        LocalhostTarget target;
} LocalhostForward;

/* Adds forwards, or replaces those of the same keys. On failure, none of them is there, and *ret_reason says what is missing, "Operation not
 * permitted" for example; that is not logged. The caller has opened the records. */
MUST_CHECK int localhost_bpf_add(const LocalhostForward *forwards, size_t length, const char **ret_reason);

/* Deletes forwards, those that are there, of all versions. The caller has opened the records. */
MUST_CHECK int localhost_bpf_delete(const LocalhostForward *forwards, size_t length);
