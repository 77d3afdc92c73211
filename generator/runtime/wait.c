/* SPDX-License-Identifier: MIT */
#include "runtime/wait.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#define MOMENT 20

void wait_a_moment(unsigned *waited) {
        const struct timespec moment = {.tv_nsec = MOMENT * 1000L * 1000};

        if (*waited % 1000 == 0)
                (void)sd_notify(false, "EXTEND_TIMEOUT_USEC=90000000");
        (void)nanosleep(&moment, NULL);
        *waited += MOMENT;
}
