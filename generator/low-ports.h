/* Ports below 1024 in the network of the host, or in another that is not the container's own, for a container with a user namespace. */
#pragma once

/* Lets what runs in the control group of this process, and in those below, have them, if systemd-nspawn is about to be run with
 * @arguments that take it: the kernel asks who owns the network for the capability, which nobody in a user namespace has there. A
 * network of its own belongs to the container. What cannot be done is logged: the container may need none of them. */
void allow_low_ports(const char *container, char *const arguments[]);
