/* SPDX-License-Identifier: MIT */
/* The host's containers: those that its manifests declare, and those that run and are no longer declared. */
#pragma once

#include "manifest/manifest.h"
#include "manifest/scalars.h"
#include "state/paths.h"

typedef struct HostContainer {
        const char *name;
        const Container *declared; /* NULL: it runs, but is no longer declared */
        bool has_record;           /* it runs, starts or stops */
} HostContainer;

typedef struct Host {
        Arena arena;
        Manifest manifest;
        HostContainer *containers; /* by name; malloc(3) */
        size_t length, capacity;
} Host;

#define HOST_NULL ((Host){0})

/* Reads the manifests and the records into @host, which has nothing but memory. What is wrong with a manifest is no error here. */
void host_read(Host *host);

/* Logs all errors if one of them keeps a manifest from being read. Whether anything does: there may be containers that are not seen. */
bool log_unread(const Manifest *manifest);

/* The container @name, or NULL: then it was said which there are. */
const HostContainer *host_find(const Host *host, const char *name);

/* The same, without a word. */
const HostContainer *host_look_up(const Host *host, const char *name);

/* What the container was started with, if it runs: the entry of its record; NULL if that cannot be read. */
const Container *host_running(Host *host, const HostContainer *container);

/* The system that runs in the container, or would if it was started; NULL if that is not known. */
const char *host_system(Host *host, const HostContainer *container);

/* Writes the addresses that are declared for the container on its link to the host, the one of IPv4 first. Returns how many there are. */
size_t host_addresses(const Container *container, char ret_texts[static 2][ADDRESS_SIZE]);

/* The third part of addresses 10.233.N.1 and 10.233.N.2 that no container has; 0 if there is none left. */
unsigned host_free_network(Host *host);

/* Logs what is wrong with a container's entry. False if nothing is. */
bool host_log_errors(const Host *host, const HostContainer *container);

void host_free(Host *host);

#define CLEANUP_HOST CLEANUP(host_free)
