/* SPDX-License-Identifier: MIT */
/* nixos-container create: a container that NixOS's configuration does not have. */

#include "base/file.h"
#include "base/interrupt.h"
#include "bus/manager.h"
#include "cli/generations.h"
#include "cli/verbs.h"
#include "state/removal.h"
#include "systemd/log.h"

/* Whether nothing has the container's name yet; if something has, and @say, says what. */
static bool is_free(const Request *request, bool say) {
        const char *name = request->container.name, *manifest = request->paths.manifest;
        const HostContainer *container = host_look_up(&request->host, name);

        if (!container && !path_exists(manifest))
                return true;
        if (say && container && container->declared)
                log_message(LOG_ERR, "Container \"%s\" already exists, declared in %s:%u.", name,
                        container->declared->file, container->declared->name.mark.line);
        else if (say && container)
                log_message(LOG_ERR, "Container \"%s\" already exists: it is running but undeclared.", name);
        else if (say)
                log_message(LOG_ERR, "%s already exists.", manifest);
        return false;
}

/* Appends a number to the container's name, which makes it a new one. */
static void choose_name(Request *request) {
        const char *name = request->container.name;
        unsigned i = 0;

        do {
                request->container.name = arena_printf(&request->host.arena, "%s-%u", name, i++);
                request->paths = imperative_paths(&request->host.arena, request->container.name);
        } while (!is_free(request, false) || path_exists(request->paths.root));
}

/* Chooses addresses where none were given. */
static int choose_addresses(Request *request) {
        ImperativeContainer *container = &request->container;
        bool has_host = container->host_address || settings_find(container->settings, "hostAddress");
        bool has_local = container->local_address || settings_find(container->settings, "localAddress");
        unsigned network;

        /* What else is on a bridge is not known. */
        if (!imperative_has_own_network(container) || container->host_bridge ||
                settings_find(container->settings, "hostBridge") || (has_host && has_local))
                return 0;
        network = host_free_network(&request->host);
        if (network == 0)
                return log_error(EADDRNOTAVAIL,
                        "All networks 10.233.N.0 are in use: specify --host-address and --local-address.");
        if (!has_host)
                container->host_address = arena_printf(&request->host.arena, "10.233.%u.1", network);
        if (!has_local)
                container->local_address = arena_printf(&request->host.arena, "10.233.%u.2", network);
        return 0;
}

/* Declares the container with its system, and keeps what that was built from: in a root directory that was there, @had_root, last of
 * all. */
static int declare_container(Request *request, bool had_root) {
        const ImperativeContainer *container = &request->container;
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        int r;

        if ((r = had_root ? 0 : imperative_keep_configuration(request)) < 0 ||
                (r = imperative_format(container, &text)) < 0 ||
                (r = imperative_write(container->name, request->paths.manifest, &text)) < 0)
                return r;
        if ((r = systemd_connect_and_reload()) >= 0 && (r = imperative_check_interrupt()) >= 0 && had_root)
                r = imperative_keep_configuration(request);
        if (r < 0) {
                ignore_failure(imperative_remove_manifest(request));
                ignore_failure(systemd_connect_and_reload());
        }
        return r;
}

/* Makes the container. If that fails, all is as it was before: what was there is somebody's. */
static int make_container(Request *request) {
        const ImperativePaths *paths = &request->paths;
        bool had_root = path_exists(paths->root), had_profiles = path_exists(paths->profiles);
        const char *before;
        unsigned number;
        bool added = false;
        int r = nix_profile_target(&request->host.arena, paths->profile, &before);

        if (r < 0)
                return r;
        if ((r = imperative_build(request)) >= 0 && (r = imperative_make_directory(paths->profiles)) >= 0 &&
                (r = generations_add(paths->profile, request->container.system, &number, &added)) >= 0 &&
                (r = generations_set(paths->profile, number)) >= 0)
                r = declare_container(request, had_root);
        nix_end();
        if (r >= 0)
                return r;
        if (added)
                generations_delete(paths->profile, number);
        if (had_profiles)
                ignore_failure(nix_set_profile(paths->profile, before));
        else
                ignore_failure(remove_directory_tree(paths->profiles));
        if (!had_root)
                ignore_failure(remove_directory_tree(paths->root));
        return r;
}

int verb_create(Request *request) {
        ImperativeContainer *container = &request->container;
        int r;

        if (request->unique_name)
                choose_name(request);
        if (!is_container_name(container->name))
                return log_error(EINVAL,
                        "Invalid container name \"%s\" (up to 64 letters, digits, \"-\" and \".\", starting and ending "
                        "with a letter or digit).",
                        container->name);
        if (!is_free(request, true))
                return -EEXIST;
        container->flake = request->source.flake;
        if (!request->config && !request->config_file)
                request->config = "";
        r = choose_addresses(request);
        /* A mistake is not told of only after the build. */
        if (r >= 0)
                r = imperative_check(container, request->paths.manifest);
        if (r < 0)
                return r;

        interrupt_catch();
        r = make_container(request);
        if (r < 0)
                return r;
        if (request->unique_name)
                printf("%s\n", container->name);
        if (container->local_address)
                fprintf(stderr, "Address: %s\n", container->local_address);
        fprintf(stderr, "To start it, run: nixos-container start %s\n", container->name);
        return 0;
}
