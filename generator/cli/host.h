/* SPDX-License-Identifier: MIT */
/* The host's containers: those that its manifests declare, and undeclared ones that are running. */
#pragma once

#include "manifest/manifest.h"
#include "manifest/scalars.h"
#include "state/paths.h"

typedef struct HostContainer {
        const char *name;
        const Container *declared; /* NULL: it is running but undeclared */
        bool has_record;           /* it is running, starting or stopping */
} HostContainer;

typedef struct Host {
        Arena arena;
        Manifest manifest;
        HostContainer *containers; /* sorted by name; malloc(3) */
        size_t length, capacity;
} Host;

#define HOST_NULL ((Host){0})

/* Reads the manifests and the state records into @host, of which only the arena may already be in use. Errors in a manifest are not
 * failures here. */
void host_read(Host *host);

/* Logs all errors if one of them prevents a manifest from being read. Returns whether one does: there may be containers that are not
 * seen. */
bool log_unread(const Manifest *manifest);

/* Returns the container @name. If there is none, logs which ones there are and returns NULL. */
const HostContainer *host_find(const Host *host, const char *name);

/* The same, without logging. */
const HostContainer *host_look_up(const Host *host, const char *name);

/* Returns what the container was started with, if it is running: the entry in its state record; NULL if that cannot be read. */
const Container *host_running(Host *host, const HostContainer *container);

/* Returns the system that is running in the container, or would be if it was started; NULL if unknown, or if none is deployed yet. */
const char *host_system(Host *host, const HostContainer *container);

/* Writes the addresses that are declared for the container on its link to the host, IPv4 first. Returns how many there are. */
size_t host_addresses(const Container *container, char ret_texts[static 2][ADDRESS_SIZE]);

/* Returns N of addresses 10.233.N.1 and 10.233.N.2 that no container has; 0 if none is left. */
unsigned host_free_network(Host *host);

/* Logs the errors in a container's entry. Returns false if there are none. */
bool host_log_errors(const Host *host, const HostContainer *container);

void host_free(Host *host);

#define CLEANUP_HOST CLEANUP(host_free)
