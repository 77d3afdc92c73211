/* SPDX-License-Identifier: MIT */
/* Time spans in the format of systemd, systemd.time(7). */
#pragma once

#include "base/common.h"

/* No limit. */
#define TIME_SPAN_INFINITE UINT64_MAX

/* Whether @text is a time span: "infinity", a number of seconds, or numbers with units; and how many µs it is. */
bool time_span_parse(const char *text, uint64_t *ret_usec);

/* Returns how long to wait if somebody else is to keep to the limit @usec, and then needs time to end: twice as long, or two minutes more
 * if that is less. */
uint64_t time_span_with_grace(uint64_t usec);
