/* SPDX-License-Identifier: MIT */
/* resolv.conf: the host's name servers, as seen by containers that follow them. RESOLV_CONF_DIRECTORY has two directories, one of which is
 * bind-mounted into each of these containers. Directories, because a file that is replaced would not be seen:
 *
 *   host    for containers that use the host's network: its /etc/resolv.conf
 *   uplink  for those with a network of their own: the same, except if that leads to the stub of systemd-resolved, on a loopback address
 *           of the host: then what the stub stands for
 *
 * They are updated when such a container starts and, by container-resolv-conf.path, when the host's files change. */
#pragma once

#include "state/paths.h"

/* Updates both files; a file that is missing on the host counts as empty. */
MUST_CHECK int resolv_conf_update(void);

/* The same, for the unit that is started by changes on the host: also notices changes in the moment after. */
MUST_CHECK int resolv_conf_follow(void);

/* Removes /etc/resolv.conf from the container's rootfs @root if it is the link to RESOLV_CONF_INSIDE from an earlier start. The file may
 * not exist this time, and systemd-nspawn does not replace a link with a copy. */
void resolv_conf_forget(const char *root);
