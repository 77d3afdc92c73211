/* SPDX-License-Identifier: MIT */
/* Events of inotify(7). */
#pragma once

#include <sys/inotify.h>

#include "base/common.h"

/* Reads what there is from @fd, which does not block, and has @take look at each event, up to its first failure. */
typedef int (*InotifyTake)(const struct inotify_event *event, void *userdata);
MUST_CHECK int inotify_read_events(int fd, InotifyTake take, void *userdata);
