/* SPDX-License-Identifier: MIT */
/* Numbers as they are written: in decimal digits alone, without a sign. */
#pragma once

#include "base/common.h"

/* Reads the digits that @text starts with, zeros in front of others too. Returns how many they are; 0 if there are none, or if the number
 * is more than @most. */
size_t number_scan(const char *text, uint64_t most, uint64_t *ret_number);

/* Whether @text is a number from @least to @most and nothing else, not even a 0 in front; and which. */
bool number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number);
