/* SPDX-License-Identifier: MIT */
/* Spans of time as systemd writes them, systemd.time(7). */
#pragma once

#include "base/common.h"

/* No end. */
#define TIME_SPAN_INFINITE UINT64_MAX

/* Whether @text is a span of time: "infinity", or a number of seconds, or numbers with units; and how many µs it is. */
bool time_span_parse(const char *text, uint64_t *ret_usec);

/* How long a limit @usec is waited for where somebody else is to keep to it, and then has to end: it is twice as long, or two minutes more if
 * that is less. */
uint64_t time_span_with_grace(uint64_t usec);
