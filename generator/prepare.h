/* What is made on the host before a container starts, as its record says: directories, links and forwards, by the tools of the host,
 * which run at the same time. Each step that systemd would run by itself costs about as much as all of these together. */
#pragma once

#include <stdbool.h>

/* Makes it. Logs what fails, and returns false then: the end of the container's unit removes what there is. */
bool prepare(const char *container);

/* Waits until udev, where it runs, is done with a network link that was just made: systemd-nspawn refuses it before. */
bool settle_link(const char *link);
