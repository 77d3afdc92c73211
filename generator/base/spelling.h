/* SPDX-License-Identifier: MIT */
/* Spelling: finding what somebody may have meant. */
#pragma once

#include "base/common.h"

/* Whether two texts are the same but for one letter that is replaced, left out, added or exchanged with the next, and the case
 * of letters. */
bool one_edit_apart(const char *a, const char *b);
