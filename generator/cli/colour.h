/* SPDX-License-Identifier: MIT */
/* Colour: whether there is to be any. */
#pragma once

#include "base/common.h"

/* Whether @stream is a terminal that shows colours, and nobody has asked for none. https://no-color.org */
bool wants_colour(FILE *stream);
