/* SPDX-License-Identifier: MIT */
/* Imperative containers: those created by nixos-container create. Each is declared in a file of its own, MANIFESTS_DIRECTORY/NAME.yaml, and
 * its system is kept by a profile, which it sees as /nix/var/nix/profiles/system once started. */
#pragma once

#include "cli/host.h"
#include "cli/imperative-manifest.h"
#include "cli/nix-build.h"

/* The paths of a container @name. */
typedef struct ImperativePaths {
        const char *manifest;
        const char *root;
        const char *profiles;    /* the directory, and in it: */
        const char *profile;     /* a link to its current generation, see generations.h */
        const char *own;         /* its own profiles and gcroots, */
        const char *roots;       /* what Nix keeps for these, */
        const char *old_gcroots; /* and where earlier versions had them */
} ImperativePaths;

ImperativePaths imperative_paths(Arena *arena, const char *name);

/* A request to create, update, roll back or destroy a container. */
typedef struct Request {
        Host host;
        NixSource source;
        const char *config, *config_file;        /* for source.configuration */
        const char *keep_text, *to, *check_text; /* of --keep, --to and --check */
        unsigned keep;                           /* so many generations */
        uint64_t check;                          /* µs for which a new system is watched; 0: it is not */
        bool unique_name;
        bool yes;
        bool is_deployed;          /* its manifest names a profile: only that changes */
        const char *system_before; /* of the store: that the container has; NULL: none yet */
        ImperativeContainer container;
        size_t ports_capacity;
        ImperativePaths paths; /* of the container */
} Request;

/* Returns the imperative container of the request. If there is none, logs why it cannot be @done ("updated") and returns NULL. */
const HostContainer *imperative_find(const Request *request, const char *done);

/* Returns the container of the request if its system can be changed on its own: an imperative one, or one whose declared system is in a profile.
 * If it cannot, logs why it cannot be @done ("updated") and returns NULL. */
const HostContainer *imperative_find_updatable(Request *request, const char *done);

/* Logs how the system of a container is changed whose declaration names it. */
void imperative_explain_declared(const HostContainer *container);

/* Returns the profile on the host that the declared system of a container is, or NULL. Owned by @arena. */
const char *imperative_declared_profile(Arena *arena, const HostContainer *container);

/* Whether the container is an imperative one. */
bool is_imperative(const Host *host, const HostContainer *container);

/* Fails if there was an interrupt. Call it before making lasting changes. */
MUST_CHECK int imperative_check_interrupt(void);

/* Creates the directory @path on the host, and missing parents. */
MUST_CHECK int imperative_make_directory(const char *path);

MUST_CHECK int imperative_remove_manifest(const Request *request);

/* Builds the requested system, which becomes the container's, in NIX_DIRECTORY, which nix_end() removes. */
MUST_CHECK int imperative_build(Request *request);

/* Writes the configuration that the system was built from beside the existing one, for configuration_end(). *ret_directory is -1 if it was
 * not built from a configuration. */
MUST_CHECK int imperative_begin_configuration(Request *request, int *ret_directory);

/* Replaces the container's configuration with the one that the system was built from, if it was built from one. */
MUST_CHECK int imperative_keep_configuration(Request *request);
