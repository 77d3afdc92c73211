/* SPDX-License-Identifier: MIT */
/* The host's ends of a container's links: like ports that a router does not trust. What comes from there can neither configure the host
 * (router advertisements, redirects) nor choose its route (source routes), nor have an address that the host would not answer there, nor is
 * it answered on behalf of others (ARP). The kernel's settings for this are applied to each link once it exists, and are in a file of
 * sysctl.d(5) for each, so that udev(7) and whatever applies such settings again use the same ones, and not those for all links. By that file
 * udev knows that the link is one of a container before it has its group, see 82-nixos-containers.rules. */
#pragma once

#include "base/buffer.h"

/* Returns the text of that file for @link, one of those that @network adds. */
Buffer untrusted_links_settings(const Buffer *network, const char *link);

/* Writes the files for the links that @network adds. */
MUST_CHECK int untrusted_links_write(const char *container, const Buffer *network);

/* Applies the settings. Failures are logged, except where the kernel does not have a setting. */
void untrusted_links_set(const char *container, const Buffer *network);

/* Removes the files, as far as they exist. */
MUST_CHECK int untrusted_links_remove(const char *container, const Buffer *network);
