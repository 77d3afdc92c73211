/* SPDX-License-Identifier: MIT */
/* Numbers as text: decimal digits only, without a sign. */
#pragma once

#include "base/common.h"

/* Parses the digits at the start of @text, including leading zeros. Returns the number of digits; 0 if there are none, or if the value is
 * greater than @most. */
size_t number_scan(const char *text, uint64_t most, uint64_t *ret_number);

/* Whether all of @text is a number from @least to @most without a leading 0; if so, returns it in @ret_number. */
bool number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number);
