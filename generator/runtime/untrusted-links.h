/* SPDX-License-Identifier: MIT */
/* The host's ends of a container's links: ports that a router does not trust. What comes from there neither configures the host (router
 * advertisements, redirects) nor chooses its way (source routes), has an address that the host would not answer there, or is answered for
 * others (ARP). The kernel's settings for that are made for each link when it is there, and are in a file of sysctl.d(5), so that udev(7)
 * and who applies such settings anew make the same of it, and no others that are for all links. */
#pragma once

#include "base/buffer.h"

/* The text of that file, empty if the batch adds no links. */
Buffer untrusted_links_settings(const char *container, const Buffer *network);

/* Writes that file for the links that the batch adds. */
MUST_CHECK int untrusted_links_write(const char *container, const Buffer *network);

/* Makes the settings. What cannot be set is logged, but where the kernel does not have it. */
void untrusted_links_set(const char *container, const Buffer *network);

/* Removes the file, if there is one. */
MUST_CHECK int untrusted_links_remove(const char *container);
