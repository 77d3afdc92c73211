/* SPDX-License-Identifier: MIT */
/* Interrupts: signals that ask a program to end, for programs that have to undo something first. */
#pragma once

#include "base/common.h"

/* From now on, SIGHUP, SIGINT, SIGQUIT and SIGTERM do not end this program but the one it waits for. Ignored signals stay ignored. */
void interrupt_catch(void);

/* Whether these signals are caught. */
bool interrupt_is_caught(void);

/* Whether one was received since interrupt_catch(), or since the last interrupt_forget(). */
bool interrupt_seen(void);

/* Forgets the interrupt, in order to wait for a program that undoes what was interrupted. The next interrupt ends that program, too. */
void interrupt_forget(void);

/* Like end_program(), but asks the process to end if there is or was an interrupt. After @limit seconds (0: no limit) kills it and returns
 * -ETIMEDOUT. */
MUST_CHECK int interrupt_end_program(pid_t pid, unsigned limit);
