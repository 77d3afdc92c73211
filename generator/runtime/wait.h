/* SPDX-License-Identifier: MIT */
/* Waiting for what others are about to do. */
#pragma once

#include "base/common.h"

/* Waits a moment, and adds it to @waited, in milliseconds. Call it in a loop. Regularly extends the timeout of the unit, so that the
 * container has all of its time after that. sd_notify(3) */
void wait_a_moment(unsigned *waited);
