/* SPDX-License-Identifier: MIT */
/* What create, update and destroy are told. */
#pragma once

#include "cli/imperative.h"

typedef int RequestVerb(Request *request);

/* Runs @verb for what stands behind it, with a lock that lets only one at a time go on: a name or an address is free until somebody takes it. */
int imperative_verb(int argc, char *argv[], RequestVerb *verb);
