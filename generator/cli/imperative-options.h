/* SPDX-License-Identifier: MIT */
/* The options of create, update, rollback and destroy. */
#pragma once

#include "cli/imperative.h"

typedef int RequestVerb(Request *request);

/* Runs @verb with its options and operands, under a lock that lets only one run at a time: a name or an address is free until somebody
 * takes it. */
int imperative_verb(int argc, char *argv[], RequestVerb *verb);

/* Takes that lock, waiting for others. Returns a descriptor that is the lock, as long as it is open. */
MUST_CHECK int imperative_lock(void);

/* Whether @word is an option of one of these verbs whose value is the next word. */
bool imperative_takes_value(const char *word);
