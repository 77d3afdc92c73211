/* SPDX-License-Identifier: MIT */
/* nixos-container create: a container that NixOS's configuration does not have. */

#include "base/file.h"
#include "base/interrupt.h"
#include "bus/manager.h"
#include "cli/free-network.h"
#include "cli/imperative-system.h"
#include "cli/verbs.h"
#include "state/removal.h"
#include "systemd/log.h"

/* Whether a container of this name can be made. */
static bool is_free(Host *host, const char *name, bool quiet) {
        ImperativePaths paths = imperative_paths(&host->arena, name);
        const HostContainer *container = host_look_up(host, name);

        if (container && !quiet && container->declared)
                log_message(LOG_ERR, "There is a container \"%s\" already: %s:%u declares it.", name,
                        container->declared->file, container->declared->name.mark.line);
        else if (container && !quiet)
                log_message(LOG_ERR, "There is a container \"%s\" already: it runs, and is no longer declared.", name);
        else if (!container && path_exists(paths.manifest) && !quiet)
                log_message(LOG_ERR, "There is a file %s already.", paths.manifest);
        return !container && !path_exists(paths.manifest);
}

static const char *unique_name(Host *host, const char *name) {
        for (unsigned i = 0;; i++) {
                const char *candidate = arena_printf(&host->arena, "%s-%u", name, i);

                if (is_free(host, candidate, true) && !path_exists(imperative_paths(&host->arena, candidate).root))
                        return candidate;
        }
}

/* Chooses addresses where none were given. */
static int choose_addresses(Host *host, ImperativeContainer *container) {
        unsigned network;

        /* What else is on a bridge is not known. */
        if (container->use_host_network || container->host_bridge ||
                (container->host_address && container->local_address))
                return 0;
        network = find_free_network(host);
        if (network == 0) {
                log_message(LOG_ERR, "All networks 10.233.N.0 are taken: give --host-address and --local-address.");
                return -EADDRNOTAVAIL;
        }
        if (!container->host_address)
                container->host_address = arena_printf(&host->arena, "10.233.%u.1", network);
        if (!container->local_address)
                container->local_address = arena_printf(&host->arena, "10.233.%u.2", network);
        return 0;
}

/* Declares the container with its system, and keeps what that was built from: in a root directory that was there, @had_root, last of
 * all. */
static int declare_container(
        Host *host, const ImperativePaths *paths, const ImperativeOptions *options, bool had_root) {
        const ImperativeContainer *container = &options->container;
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        int r = had_root ? 0 : imperative_keep_configuration(&host->arena, paths, options);

        if (r >= 0)
                r = imperative_format(container, &text);
        if (r >= 0)
                r = imperative_write(container->name, &text);
        if (r < 0)
                return r;
        r = systemd_connect_and_reload();
        if (r >= 0)
                r = imperative_check_interrupt();
        if (r >= 0 && had_root)
                r = imperative_keep_configuration(&host->arena, paths, options);
        if (r < 0) {
                ignore_failure(imperative_remove_manifest(paths));
                ignore_failure(systemd_connect_and_reload());
        }
        return r;
}

static int build_and_declare(Host *host, const ImperativePaths *paths, ImperativeOptions *options, bool had_root) {
        const char **system = &options->container.system;
        int r = imperative_build(&host->arena, paths, options, system);

        if (r >= 0)
                r = imperative_make_directory(paths->profiles);
        if (r >= 0)
                r = nix_set_profile(paths->profile, *system);
        if (r >= 0)
                r = declare_container(host, paths, options, had_root);
        nix_end();
        return r;
}

/* Makes the container. If that fails, all is as it was before: what was there is somebody's. */
static int make_container(Host *host, const ImperativePaths *paths, ImperativeOptions *options) {
        bool had_root = path_exists(paths->root), had_profiles = path_exists(paths->profiles);
        const char *before;
        int r = nix_profile_target(&host->arena, paths->profile, &before);

        if (r < 0)
                return r;
        r = build_and_declare(host, paths, options, had_root);
        if (r >= 0)
                return r;
        if (had_profiles)
                ignore_failure(nix_set_profile(paths->profile, before));
        else
                ignore_failure(remove_directory_tree(paths->profiles));
        if (!had_root)
                ignore_failure(remove_directory_tree(paths->root));
        return r;
}

static int create(Host *host, ImperativeOptions *options) {
        ImperativeContainer *container = &options->container;
        ImperativePaths paths;
        int r;

        if (options->unique_name)
                container->name = unique_name(host, container->name);
        if (!is_container_name(container->name)) {
                log_message(LOG_ERR,
                        "\"%s\" cannot be a container's name, which is a host name: up to 64 letters, digits, "
                        "\"-\" and \".\".",
                        container->name);
                return -EINVAL;
        }
        if (!is_free(host, container->name, false))
                return -EEXIST;
        paths = imperative_paths(&host->arena, container->name);
        container->flake = options->source.flake;
        if (!options->config && !options->config_file)
                options->config = "";
        r = choose_addresses(host, container);
        /* A mistake is not told of only after the build. */
        if (r >= 0)
                r = imperative_check(container);
        if (r < 0)
                return r;

        interrupt_catch();
        r = make_container(host, &paths, options);
        if (r < 0)
                return r;
        if (options->unique_name)
                printf("%s\n", container->name);
        if (container->local_address)
                fprintf(stderr, "Its address is %s.\n", container->local_address);
        return 0;
}

int verb_create(int argc, char *argv[]) {
        return imperative_verb(argc, argv, CREATE, create);
}
