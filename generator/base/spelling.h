/* SPDX-License-Identifier: MIT */
/* Spelling: finding what the user may have meant. */
#pragma once

#include "base/common.h"

/* Whether two strings are equal, ignoring case, except for at most one letter that is replaced, missing, added or swapped with the next. */
bool one_edit_apart(const char *a, const char *b);
