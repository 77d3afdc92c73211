/* SPDX-License-Identifier: MIT */
#include "cli/imperative-system.h"

#include "cli/configuration.h"

/* The configuration that @options have a system built from; NULL if they say none. */
static const char *own_configuration(Arena *arena, const ImperativeOptions *options) {
        if (options->source.system_path || options->source.flake || (!options->config && !options->config_file))
                return NULL;
        return configuration_text(arena, options->container.name, options->config, options->config_file);
}

int imperative_build(Arena *arena, const ImperativePaths *paths, ImperativeOptions *options, const char **ret_system) {
        NixSource *source = &options->source;
        int r = nix_begin();

        if (r >= 0 && !source->system_path && !source->flake)
                r = configuration_copy(arena, paths->root, NIX_DIRECTORY "/nixos", own_configuration(arena, options),
                        &source->configuration);
        if (r >= 0) {
                r = nix_build(arena, source, ret_system);
                if (imperative_check_interrupt() < 0)
                        return -EINTR;
        }
        return r;
}

int imperative_begin_configuration(
        Arena *arena, const ImperativePaths *paths, const ImperativeOptions *options, int *ret_directory) {
        const char *text = own_configuration(arena, options);
        int r = text ? imperative_make_directory(paths->root) : 0, directory = -1;

        if (text && r >= 0)
                r = directory = configuration_begin(paths->root, text);
        if (r < 0)
                return r;
        *ret_directory = directory;
        return 0;
}

int imperative_keep_configuration(Arena *arena, const ImperativePaths *paths, const ImperativeOptions *options) {
        int directory, r = imperative_begin_configuration(arena, paths, options, &directory);

        return r >= 0 && directory >= 0 ? configuration_end(paths->root, directory, true) : r;
}
