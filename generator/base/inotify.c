/* SPDX-License-Identifier: MIT */
#include "base/inotify.h"

int inotify_read_events(int fd, InotifyTake take, void *userdata) {
        static union {
                struct inotify_event first;
                char text[65536];
        } events;
        ssize_t n = read(fd, &events, sizeof(events));
        int r = 0;

        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : negative_errno();
        for (const char *next = events.text; r >= 0 && next < events.text + n;) {
                const struct inotify_event *event = (const struct inotify_event *)(const void *)next;

                r = take(event, userdata);
                next += sizeof(*event) + event->len;
        }
        return r;
}
