/* SPDX-License-Identifier: MIT */
/* resolv.conf: the name servers of the host as containers see them that follow it. In RESOLV_CONF_DIRECTORY there are two
 * directories, one of which is bound into each of these containers. A directory, as a file that is replaced would not be seen:
 *
 *   host    for the containers that have the host's network: its /etc/resolv.conf
 *   uplink  for those with a network of their own: the same, but if that leads to the stub of systemd-resolved, on a loopback address
 *           of the host, what the stub stands for
 *
 * They are brought up to date when such a container starts and, by container-resolv-conf.path, when the host's files change. */
#pragma once

#include "state/paths.h"

/* Brings both files up to date; a file that the host has not is like an empty one. */
MUST_CHECK int resolv_conf_update(void);

/* The same, for the unit that the host's changes start: also what changes in the moment after is seen. */
MUST_CHECK int resolv_conf_follow(void);

/* Removes /etc/resolv.conf from the container's directory @root if it is the link to RESOLV_CONF_INSIDE of an earlier start. The file
 * may not be there this time, and systemd-nspawn copies no other one in the place of a link. */
void resolv_conf_forget(const char *root);
