/* SPDX-License-Identifier: MIT */
/* Waiting, for what others are about to do. */
#pragma once

#include "base/common.h"

/* Waits a moment, and adds it to @waited, in milliseconds. Called in a loop. Tells systemd now and then that the container is to have all
 * of its time after that. sd_notify(3) */
void wait_a_moment(unsigned *waited);
