/* SPDX-License-Identifier: MIT */
/* Running the host's tools. */
#pragma once

#include "base/run-program.h"

/* Like start_program(), but logs failures. */
MUST_CHECK pid_t start_tool(char *const arguments[], const Buffer *input);

/* Waits for the end of @tool, the process @pid of start_tool() or its failure, without which @container cannot start. Logs failures. */
MUST_CHECK int end_tool(pid_t pid, const char *tool, const char *container);

/* Runs it. Any exit status other than 0 is a failure, whose reason the tool itself has reported. */
MUST_CHECK int run_tool(char *const arguments[], const Buffer *input);
