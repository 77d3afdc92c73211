/* SPDX-License-Identifier: MIT */
/* The manifest of an imperative container, as text: creating it, and replacing the system in it. */
#pragma once

#include "base/buffer.h"
#include "cli/settings.h"
#include "manifest/manifest.h"

/* What a manifest is created from. */
typedef struct ImperativeContainer {
        const char *name;
        const char *flake; /* its system was built from it, or NULL */
        const char *system;
        bool auto_start;
        bool use_host_network;
        const char *host_address, *local_address, *host_bridge; /* or NULL */
        const char **ports;                                     /* "[PROTOCOL:]HOST[:CONTAINER]" */
        size_t ports_length;
        Setting *settings; /* other options, or NULL */
} ImperativeContainer;

/* Whether the options of a network of its own are those of create: not if its settings say otherwise. */
bool imperative_has_own_network(const ImperativeContainer *container);

/* Appends the manifest of a container to @text. Fails if a port is invalid. */
MUST_CHECK int imperative_format(const ImperativeContainer *container, Buffer *text);

/* Checks that a container can be declared this way in the file @path, whatever its system is. Writes nothing. An error in a setting is
 * reported with the argument that it comes from. */
MUST_CHECK int imperative_check(const ImperativeContainer *container, const char *path);

/* Appends @manifest, that of @container, to @text with another system in it, and with @flake (NULL: none) as the source of that system.
 * Fails if the system cannot be found in it. */
MUST_CHECK int imperative_replace_system(
        const Container *container, const Buffer *manifest, const char *system, const char *flake, Buffer *text);

/* Returns the flake that the system was built from, according to a manifest, or NULL. Owned by @arena. */
const char *imperative_flake(Arena *arena, const Buffer *manifest);

/* Writes @text as the manifest @path of a container, all or nothing, if the container then has no errors. */
MUST_CHECK int imperative_write(const char *name, const char *path, const Buffer *text);

/* Checks that the container would have no errors if its manifest was the file @path, which is called @shown. */
MUST_CHECK int imperative_check_file(const char *name, const char *path, const char *shown);
