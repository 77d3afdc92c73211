/* SPDX-License-Identifier: MIT */
/* What create, update and destroy are told. */
#pragma once

#include "cli/imperative.h"

/* Verbs, of which an option may have several. */
enum { CREATE = 1, UPDATE = 2, DESTROY = 4 };

/* Runs @run for what stands behind @verb, with a lock that lets only one at a time go on: a name or an address is free until somebody takes
 * it. */
int imperative_verb(int argc, char *argv[], unsigned verb, int (*run)(Request *request));
