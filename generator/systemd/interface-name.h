/* SPDX-License-Identifier: MIT */
/* Network interface names: what the kernel and systemd allow, and what systemd-nspawn calls its own. */
#pragma once

#include "base/common.h"

#include <net/if.h>

/* Whether the kernel accepts @name for an interface and nothing that reads it later can misunderstand it: 1 to 15 letters, digits and
 * "._-+=@~", not "." or "..", and not only digits (systemd and ip take that for an index). */
bool interface_name_is_valid(const char *name);

/* Writes @prefix and @name joined to @ret_name, shortened as systemd-nspawn shortens names of more than 15 characters:
 * 11 of them and 24 bits of a hash. Returns true if it was shortened. */
bool interface_name_shorten(const char *prefix, const char *name, char ret_name[static IFNAMSIZ]);
