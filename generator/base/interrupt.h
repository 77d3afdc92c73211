/* SPDX-License-Identifier: MIT */
/* Interrupts: signals that ask a program to end, for one that has something to undo first. */
#pragma once

#include "base/common.h"

/* From now on SIGHUP, SIGINT, SIGQUIT and SIGTERM do not end this program, but what it waits for. Those that are ignored stay so. */
void interrupt_catch(void);

/* Whether they are caught. */
bool interrupt_is_caught(void);

/* Whether there was one since they are caught, or since the last interrupt_forget(). */
bool interrupt_seen(void);

/* For what is to be waited for all the same, as it undoes what was interrupted. The next one ends that, too. */
void interrupt_forget(void);

/* end_program(), for one that is told to end if there is or was an interrupt. After @limit seconds it is killed: -ETIMEDOUT; 0 is no limit. */
MUST_CHECK int interrupt_end_program(pid_t pid, unsigned limit);
