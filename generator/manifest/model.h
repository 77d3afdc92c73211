/* SPDX-License-Identifier: MIT */
/* The model: what manifests declare, read and checked in one step. */
#pragma once

#include "manifest/document.h"
#include "manifest/manifest.h"

#define MANIFESTS_DIRECTORY "/etc/nixos-containers"

/* What is checked; each includes those before it. */
typedef enum ModelDepth {
        MODEL_DRAFT,    /* the manifests, before what they refer to is built; diagnostics name only options */
        MODEL_OPTIONS,  /* the manifests */
        MODEL_CLOSURES, /* the closure files that they refer to */
        MODEL_MOUNTS,   /* what will back bind mounts, about which there are only warnings */
        MODEL_LINKS,    /* the same, through symbolic links, which a generator cannot follow */
} ModelDepth;

/* Reads and checks the @length files @files or, if that is NULL, MANIFESTS_DIRECTORY/NAME.yaml below @root in the order of their names;
 * having none is not an error. @root is "" or where the host's files are. All errors go to the diagnostics of @ret_manifest, whose memory
 * @arena owns; free it with manifest_free(). */
void model_load(
        Manifest *ret_manifest, Arena *arena, const char *root, char *const files[], int length, ModelDepth depth);

/* Checks what has been read into @manifest. */
void model_check(Manifest *manifest, const char *root, ModelDepth depth);
