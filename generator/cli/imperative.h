/* SPDX-License-Identifier: MIT */
/* Imperative containers: those that nixos-container create makes. Each is declared in a file of its own,
 * MANIFESTS_DIRECTORY/NAME.yaml, and its system is kept by the profile that it sees as /nix/var/nix/profiles/system. */
#pragma once

#include <stdbool.h>

#include "cli/host.h"

/* Where all is of a container @name. */
typedef struct ImperativePaths {
        const char *manifest;
        const char *root;
        const char *profiles;                 /* the directory, and in it: */
        const char *profile, *profile_before; /* what leads to the system, and to the one before */
        const char *gcroots;
} ImperativePaths;

ImperativePaths imperative_paths(Arena *arena, const char *name);

/* Whether a container that is declared is an imperative one: alone in its own file, which is no link. */
bool is_imperative(const Host *host, const HostContainer *container);

/* What the manifest of one is made from. */
typedef struct ImperativeContainer {
        const char *name;
        const char *flake; /* that its system was built from, or NULL */
        const char *system;
        bool auto_start;
        bool use_host_network;
        const char *host_address, *local_address, *host_bridge; /* or NULL */
        const char **ports;                                     /* "[PROTOCOL:]HOST[:CONTAINER]" */
        size_t ports_length;
} ImperativeContainer;

/* Gives the manifest of a container as text. False, after it was logged, if a port is none. */
bool imperative_format(const ImperativeContainer *container, Buffer *ret_text);

/* Whether a container can be declared so, whatever its system is; what is wrong is logged. Nothing is written. */
bool imperative_check(const ImperativeContainer *container);

/* Gives @text, the manifest of @container, with another system in it, and with @flake (NULL: none) as what that was built from.
 * False if the system cannot be found in it. */
bool imperative_replace_system(const Container *container, const char *text, size_t length, const char *system,
        const char *flake, Buffer *ret_text);

/* The flake that a manifest says its system was built from, or NULL. Owned by @arena. */
const char *imperative_flake(Arena *arena, const char *text, size_t length);

/* The third part of addresses 10.233.N.1 and 10.233.N.2 that no container has; 0 if there is none left. */
unsigned imperative_free_network(Host *host);

/* Writes @text as the manifest of a container, all or nothing, if the container has no errors then; otherwise they are logged. */
bool imperative_write(const char *name, const Buffer *text);
