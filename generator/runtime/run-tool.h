/* SPDX-License-Identifier: MIT */
/* Running the tools of the host. */
#pragma once

#include "base/run-program.h"

/* start_program(), and says why if that fails. */
MUST_CHECK pid_t start_tool(char *const arguments[], const Buffer *input);

/* Runs it. It fails with any exit status but 0: why, the tool has said itself. */
MUST_CHECK int run_tool(char *const arguments[], const Buffer *input);
