/* SPDX-License-Identifier: MIT */
/* Terminals: connecting the one that somebody sits at with another. */
#pragma once

#include "base/common.h"

#include <systemd/sd-event.h>

typedef struct Terminal Terminal;

/* Connects standard input and output, which are a terminal, with @fd, the controlling end of another, and passes on what is
 * typed and shown as long as @event runs. Takes @fd. */
MUST_CHECK int terminal_connect(sd_event *event, int fd, Terminal **ret_terminal);

/* Shows what is still to be shown, and gives back the terminal as it was. NULL is allowed. */
void terminal_disconnect(Terminal *terminal);
