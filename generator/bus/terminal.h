/* SPDX-License-Identifier: MIT */
/* Terminals: connecting the user's terminal with another. */
#pragma once

#include "base/common.h"

#include <systemd/sd-event.h>

typedef struct Terminal Terminal;

/* Connects standard input and output, which are a terminal, with @fd, the controlling end of another, and forwards input and output while
 * @event runs. Takes ownership of @fd. */
MUST_CHECK int terminal_connect(sd_event *event, int fd, Terminal **ret_terminal);

/* Shows the remaining output, and restores the terminal. @terminal may be NULL. */
void terminal_disconnect(Terminal *terminal);
