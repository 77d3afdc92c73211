/* SPDX-License-Identifier: MIT */
/* The system of an imperative container: building it, and keeping what it was built from. */
#pragma once

#include "cli/imperative-options.h"
#include "cli/imperative.h"

/* Builds the system that @options ask for in NIX_DIRECTORY, which nix_end() removes. Gives its path, owned by @arena. */
MUST_CHECK int imperative_build(
        Arena *arena, const ImperativePaths *paths, ImperativeOptions *options, const char **ret_system);

/* Writes what the system was built from beside what is there, for configuration_end(). *ret_directory is -1 if that was no configuration. */
MUST_CHECK int imperative_begin_configuration(
        Arena *arena, const ImperativePaths *paths, const ImperativeOptions *options, int *ret_directory);

/* Keeps what the system was built from. */
MUST_CHECK int imperative_keep_configuration(
        Arena *arena, const ImperativePaths *paths, const ImperativeOptions *options);
