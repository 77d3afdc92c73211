/* SPDX-License-Identifier: MIT */
/* The model: what manifests declare, read and checked in one step. */
#pragma once

#include "manifest/document.h"
#include "manifest/manifest.h"

#define MANIFESTS_DIRECTORY "/etc/nixos-containers"

/* What is checked, each with what stands before it. */
typedef enum ModelDepth {
        MODEL_DRAFT,    /* what the manifests say, before what they name is built; diagnostics name options alone */
        MODEL_OPTIONS,  /* what the manifests say */
        MODEL_CLOSURES, /* the files of closures that they name */
        MODEL_MOUNTS,   /* what will back bind mounts, of which there are warnings only */
} ModelDepth;

/* Reads and checks the @length files @files or, where that is NULL, MANIFESTS_DIRECTORY/NAME.yaml below @root in the order of their names;
 * that there is none is no error. @root is "" or where the host's files are. All that is wrong goes to the diagnostics of @ret_manifest,
 * whose memory @arena owns; free it with manifest_free(). */
void model_load(
        Manifest *ret_manifest, Arena *arena, const char *root, char *const files[], int length, ModelDepth depth);

/* Checks what has been read into @manifest. */
void model_check(Manifest *manifest, const char *root, ModelDepth depth);
