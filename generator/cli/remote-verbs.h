/* SPDX-License-Identifier: MIT */
/* Verbs that show several hosts at once. Each gets the arguments after the program's name, itself first, and returns the exit status, or a
 * failure that was logged: what a host does not show is named, and the others are shown. */
#pragma once

#include "cli/remote.h"

typedef int RemoteVerb(const RemoteHost hosts[], size_t length, int argc, char *argv[]);

RemoteVerb remote_list, remote_plan;
