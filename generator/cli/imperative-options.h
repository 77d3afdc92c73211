/* SPDX-License-Identifier: MIT */
/* What create, update and destroy are told. */
#pragma once

#include "cli/host.h"
#include "cli/imperative-manifest.h"
#include "cli/nix-build.h"

typedef struct ImperativeOptions {
        NixSource source;
        const char *config, *config_file; /* for source.configuration */
        bool unique_name;
        bool yes;
        ImperativeContainer container;
        size_t ports_capacity;
} ImperativeOptions;

/* Verbs, of which an option may have several. */
enum { CREATE = 1, UPDATE = 2, DESTROY = 4 };

/* Reads what stands behind @verb. What it gives is owned by @arena, but what imperative_options_free() frees, also if it fails. */
MUST_CHECK int imperative_options_parse(
        Arena *arena, int argc, char *argv[], unsigned verb, ImperativeOptions *options);

void imperative_options_free(ImperativeOptions *options);

#define CLEANUP_OPTIONS CLEANUP(imperative_options_free)

/* Runs @run for what stands behind @verb, with the lock. Returns the exit status. */
int imperative_verb(int argc, char *argv[], unsigned verb, int (*run)(Host *host, ImperativeOptions *options));
