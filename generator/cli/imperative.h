/* SPDX-License-Identifier: MIT */
/* Imperative containers: those that nixos-container create makes. Each is declared in a file of its own,
 * MANIFESTS_DIRECTORY/NAME.yaml, and its system is kept by a profile, which a start shows it as /nix/var/nix/profiles/system. */
#pragma once

#include "cli/host.h"
#include "cli/imperative-manifest.h"
#include "cli/nix-build.h"

/* Where all is of a container @name. */
typedef struct ImperativePaths {
        const char *manifest;
        const char *root;
        const char *profiles;                 /* the directory, and in it: */
        const char *profile, *profile_before; /* what leads to the system, and to the one before */
        const char *own;                      /* its own profiles and gcroots, */
        const char *roots;                    /* what Nix keeps for these, */
        const char *old_gcroots;              /* and where an earlier version had them */
} ImperativePaths;

ImperativePaths imperative_paths(Arena *arena, const char *name);

/* What create, update or destroy is asked for. */
typedef struct Request {
        Host host;
        NixSource source;
        const char *config, *config_file; /* for source.configuration */
        bool unique_name;
        bool yes;
        ImperativeContainer container;
        size_t ports_capacity;
        ImperativePaths paths; /* of the container */
} Request;

/* The imperative container of the request, or NULL: then it was said why it cannot be @done, "updated". */
const HostContainer *imperative_find(const Request *request, const char *done);

/* Fails if somebody wants this to end, before it has changed anything that stays. */
MUST_CHECK int imperative_check_interrupt(void);

/* Makes the directory @path, of the host, and what is missing above. */
MUST_CHECK int imperative_make_directory(const char *path);

MUST_CHECK int imperative_remove_manifest(const Request *request);

/* Builds the system that is asked for, which becomes the container's, in NIX_DIRECTORY, which nix_end() removes. */
MUST_CHECK int imperative_build(Request *request);

/* Writes what the system was built from beside what is there, for configuration_end(). *ret_directory is -1 if that was no configuration. */
MUST_CHECK int imperative_begin_configuration(Request *request, int *ret_directory);

/* Keeps what the system was built from. */
MUST_CHECK int imperative_keep_configuration(Request *request);
