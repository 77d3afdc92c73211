/* SPDX-License-Identifier: MIT */
/* nixos-container create, update, destroy: containers that NixOS's configuration does not have. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/memory.h"
#include "bus/jobs.h"
#include "bus/manager.h"
#include "cli/configuration.h"
#include "cli/host.h"
#include "cli/imperative.h"
#include "cli/nix-build.h"
#include "cli/operands.h"
#include "cli/unmount.h"
#include "cli/verbs.h"
#include "state/removal.h"
#include "switch/apply.h"
#include "systemd/log.h"

/* Not below /run/lock, where on some hosts anybody can make and lock files. */
#define LOCK_FILE "/run/nixos-container.lock"

typedef struct Options {
        NixSource source;
        const char *config, *config_file;
        bool unique_name;
        bool yes;
        ImperativeContainer container;
} Options;

enum {
        OPTION_NIXOS_PATH = 256,
        OPTION_SYSTEM_PATH,
        OPTION_CONFIG,
        OPTION_CONFIG_FILE,
        OPTION_FLAKE,
        OPTION_REFRESH,
        OPTION_ENSURE_UNIQUE_NAME,
        OPTION_AUTO_START,
        OPTION_BRIDGE,
        OPTION_PORT,
        OPTION_HOST_ADDRESS,
        OPTION_LOCAL_ADDRESS,
        OPTION_USE_HOST_NETWORK,
        OPTION_YES,
};

#define BUILD_OPTIONS                                                                                                  \
        {"nixos-path", required_argument, NULL, OPTION_NIXOS_PATH},                                                    \
                {"system-path", required_argument, NULL, OPTION_SYSTEM_PATH},                                          \
                {"config", required_argument, NULL, OPTION_CONFIG},                                                    \
                {"config-file", required_argument, NULL, OPTION_CONFIG_FILE},                                          \
                {"flake", required_argument, NULL, OPTION_FLAKE}, {                                                    \
                "refresh", no_argument, NULL, OPTION_REFRESH                                                           \
        }

static const struct option create_options[] = {
        BUILD_OPTIONS,
        {"ensure-unique-name", no_argument, NULL, OPTION_ENSURE_UNIQUE_NAME},
        {"auto-start", no_argument, NULL, OPTION_AUTO_START},
        {"bridge", required_argument, NULL, OPTION_BRIDGE},
        {"port", required_argument, NULL, OPTION_PORT},
        {"host-address", required_argument, NULL, OPTION_HOST_ADDRESS},
        {"local-address", required_argument, NULL, OPTION_LOCAL_ADDRESS},
        {"use-host-network", no_argument, NULL, OPTION_USE_HOST_NETWORK},
        {0},
};

static const struct option update_options[] = {BUILD_OPTIONS, {0}};

static const struct option destroy_options[] = {{"yes", no_argument, NULL, OPTION_YES}, {0}};

/* Ports, as they may be given one by one or with commas between them. */
static void add_ports(Arena *arena, ImperativeContainer *container, const char *text) {
        while (*text) {
                size_t length = strcspn(text, ",");

                container->ports =
                        reallocate(container->ports, (container->ports_length + 1) * sizeof(*container->ports));
                container->ports[container->ports_length++] = arena_copy(arena, text, length);
                text += length + (text[length] == ',');
        }
}

static void set_option(Arena *arena, Options *options, int option) {
        switch (option) {
        case OPTION_NIXOS_PATH:
                options->source.nixos_path = optarg;
                break;
        case OPTION_SYSTEM_PATH:
                options->source.system_path = optarg;
                break;
        case OPTION_CONFIG:
                options->config = optarg;
                break;
        case OPTION_CONFIG_FILE:
                options->config_file = optarg;
                break;
        case OPTION_FLAKE:
                options->source.flake = optarg;
                break;
        case OPTION_REFRESH:
                options->source.refresh = true;
                break;
        case OPTION_ENSURE_UNIQUE_NAME:
                options->unique_name = true;
                break;
        case OPTION_AUTO_START:
                options->container.auto_start = true;
                break;
        case OPTION_BRIDGE:
                options->container.host_bridge = optarg;
                break;
        case OPTION_PORT:
                add_ports(arena, &options->container, optarg);
                break;
        case OPTION_HOST_ADDRESS:
                options->container.host_address = optarg;
                break;
        case OPTION_LOCAL_ADDRESS:
                options->container.local_address = optarg;
                break;
        case OPTION_USE_HOST_NETWORK:
                options->container.use_host_network = true;
                break;
        case OPTION_YES:
                options->yes = true;
                break;
        }
}

/* A flake in the file system is found again from any directory. */
static const char *absolute_flake(Arena *arena, const char *flake) {
        const char *hash = strchr(flake, '#');
        size_t length = hash ? (size_t)(hash - flake) : strlen(flake);
        char path[PATH_MAX];

        if (flake[0] != '.' || !realpath(arena_copy(arena, flake, length), path))
                return flake;
        return arena_join(arena, path, flake + length);
}

/* Reads what stands behind the verb. False if it cannot be used; that was said. */
static bool parse(Arena *arena, int argc, char *argv[], const struct option known[], Options *ret_options) {
        const NixSource *source = &ret_options->source;
        char path[PATH_MAX];
        int option, sources;

        *ret_options = (Options){0};
        while ((option = getopt_long(argc, argv, "", known, NULL)) >= 0) {
                if (option == '?')
                        return false;
                set_option(arena, ret_options, option);
        }
        if (argc - optind != 1) {
                (void)fail_usage(argv, "it takes the name of one container, got %i operands.", argc - optind);
                return false;
        }
        ret_options->container.name = argv[optind];
        sources = !!source->system_path + !!source->flake + (ret_options->config || ret_options->config_file);
        if (sources > 1) {
                (void)fail_usage(argv, "only one of --system-path, --flake and --config can be given.");
                return false;
        }
        if (source->flake)
                ret_options->source.flake = absolute_flake(arena, source->flake);
        if (ret_options->config_file && !realpath(ret_options->config_file, path)) {
                log_message(LOG_ERR, "%s: %s", ret_options->config_file, strerror(errno));
                return false;
        }
        if (ret_options->config_file)
                ret_options->config_file = arena_copy(arena, path, strlen(path));
        return true;
}

/* One at a time: a name or an address is free until somebody takes it. The lock ends with the program. */
static bool lock(void) {
        int fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) >= 0)
                return true; /* cppcheck-suppress resourceLeak ; it stays open */
        if (fd >= 0 && errno == EWOULDBLOCK) {
                fprintf(stderr, "Waiting for another nixos-container to be done.\n");
                if (flock(fd, LOCK_EX) >= 0)
                        return true; /* cppcheck-suppress resourceLeak ; it stays open */
        }
        log_message(LOG_ERR, "%s: %s", LOCK_FILE, strerror(errno));
        return false;
}

static bool exists(const char *path) {
        struct stat status;

        return lstat(path, &status) >= 0;
}

/* Makes the directory @path, of the host, and what is missing above. */
static bool make_directories(Arena *arena, const char *path) {
        char *copy = arena_copy(arena, path, strlen(path));

        for (char *slash = copy + 1;; slash++) {
                char before = *slash;

                if (before != '/' && before != '\0')
                        continue;
                *slash = '\0';
                if (mkdir(copy, 0755) < 0 && errno != EEXIST) {
                        log_message(LOG_ERR, "Cannot make %s: %s", copy, strerror(errno));
                        return false;
                }
                if (before == '\0')
                        return true;
                *slash = before;
        }
}

/* The configuration that @options have a system built from; NULL if they say none. */
static const char *make_configuration(Arena *arena, const char *name, const Options *options) {
        const char *module = "", *file = "";

        if (options->source.system_path || options->source.flake || (!options->config && !options->config_file))
                return NULL;
        if (options->config)
                module = arena_printf(arena, "    (\n      { config, lib, pkgs, ... }:\n      {\n%s\n      }\n    )\n",
                        options->config);
        if (options->config_file)
                file = arena_printf(arena, "    (/. + %s)\n", json_quote(arena, options->config_file));
        return arena_printf(arena,
                "{ lib, options, ... }:\n\n{\n  imports = [\n%s%s  ];\n\n"
                "  boot = {\n    isContainer = true;\n  }\n"
                "  // lib.optionalAttrs (options.boot ? isNspawnContainer) { isNspawnContainer = true; };\n"
                "  networking.hostName = lib.mkDefault \"%s\";\n"
                "  networking.useDHCP = false;\n"
                "}\n",
                module, file, name);
}

/* Whether nobody wants this to end before it has changed anything that stays. */
static bool goes_on(void) {
        if (interrupt_seen())
                log_message(LOG_ERR, "Interrupted: nothing was changed.");
        return !interrupt_seen();
}

/* Builds the system that @options ask for. Returns its path, owned by @arena, or NULL. */
static const char *build(Arena *arena, const ImperativePaths *paths, const char *name, Options *options) {
        NixSource *source = &options->source;
        const char *system;

        if (!nix_begin())
                return NULL;
        if (!source->system_path && !source->flake) {
                source->configuration = configuration_copy(
                        arena, paths->root, NIX_DIRECTORY "/nixos", make_configuration(arena, name, options));
                if (!source->configuration)
                        return NULL;
        }
        system = nix_build(arena, source);
        return goes_on() ? system : NULL;
}

/* Writes what the system was built from, for configuration_end(): @ret_directory is -1 if it was no configuration. */
static bool begin_configuration(
        Arena *arena, const ImperativePaths *paths, const char *name, const Options *options, int *ret_directory) {
        const char *text = make_configuration(arena, name, options);

        *ret_directory = -1;
        if (!text)
                return true;
        if (make_directories(arena, paths->root))
                *ret_directory = configuration_begin(paths->root, text);
        return *ret_directory >= 0;
}

/* Keeps what the system was built from. */
static bool keep_configuration(Arena *arena, const ImperativePaths *paths, const char *name, const Options *options) {
        int directory;

        return begin_configuration(arena, paths, name, options, &directory) &&
               (directory < 0 || configuration_end(paths->root, directory, true));
}

/* Whether a container of this name can be made. */
static bool is_free(Host *host, const char *name, bool quiet) {
        ImperativePaths paths = imperative_paths(&host->arena, name);
        const HostContainer *container = host_look_up(host, name);

        if (container && !quiet && container->declared)
                log_message(LOG_ERR, "There is a container \"%s\" already: %s:%u declares it.", name,
                        container->declared->file, container->declared->name.mark.line);
        else if (container && !quiet)
                log_message(LOG_ERR, "There is a container \"%s\" already: it runs, and is no longer declared.", name);
        else if (!container && exists(paths.manifest) && !quiet)
                log_message(LOG_ERR, "There is a file %s already.", paths.manifest);
        return !container && !exists(paths.manifest);
}

static const char *unique_name(Host *host, const char *name) {
        for (unsigned i = 0;; i++) {
                const char *candidate = arena_printf(&host->arena, "%s-%u", name, i);

                if (is_free(host, candidate, true) && !exists(imperative_paths(&host->arena, candidate).root))
                        return candidate;
        }
}

/* Chooses addresses where none were given. */
static bool choose_addresses(Host *host, ImperativeContainer *container) {
        unsigned network;

        /* What else is on a bridge is not known. */
        if (container->use_host_network || container->host_bridge ||
                (container->host_address && container->local_address))
                return true;
        network = imperative_free_network(host);
        if (network == 0) {
                log_message(LOG_ERR, "All networks 10.233.N.0 are taken: give --host-address and --local-address.");
                return false;
        }
        if (!container->host_address)
                container->host_address = arena_printf(&host->arena, "10.233.%u.1", network);
        if (!container->local_address)
                container->local_address = arena_printf(&host->arena, "10.233.%u.2", network);
        return true;
}

static bool remove_manifest(const ImperativePaths *paths) {
        if (unlink(paths->manifest) >= 0)
                return true;
        log_message(LOG_ERR, "Cannot remove %s: %s", paths->manifest, strerror(errno));
        return false;
}

/* Declares the container with its system, and keeps what that was built from: in a root directory that was there, @had_root, last of
 * all. */
static bool declare_container(Host *host, const ImperativePaths *paths, const Options *options, bool had_root) {
        const ImperativeContainer *container = &options->container;
        Buffer text = BUFFER_NULL;
        bool written, good;

        written = (had_root || keep_configuration(&host->arena, paths, container->name, options)) &&
                  imperative_format(container, &text) && imperative_write(container->name, &text);
        good = written && systemd_connect_and_reload() >= 0 && goes_on() &&
               (!had_root || keep_configuration(&host->arena, paths, container->name, options));
        buffer_free(&text);
        if (written && !good) {
                (void)remove_manifest(paths);
                ignore_failure(systemd_connect_and_reload());
        }
        return good;
}

/* Makes the container. If that fails, all is as it was before: what was there is somebody's. */
static bool make_container(Host *host, const ImperativePaths *paths, Options *options) {
        bool had_root = exists(paths->root), had_profiles = exists(paths->profiles), good;
        ImperativeContainer *container = &options->container;
        const char *before;

        if (!nix_profile_target(&host->arena, paths->profile, &before))
                return false;
        container->system = build(&host->arena, paths, container->name, options);
        good = container->system && make_directories(&host->arena, paths->profiles) &&
               nix_set_profile(paths->profile, container->system) && declare_container(host, paths, options, had_root);
        nix_end();
        if (good)
                return true;
        if (had_profiles)
                (void)nix_set_profile(paths->profile, before);
        else
                (void)remove_directory_tree(paths->profiles);
        if (!had_root)
                (void)remove_directory_tree(paths->root);
        return false;
}

static bool create(Host *host, Options *options) {
        ImperativeContainer *container = &options->container;
        ImperativePaths paths;

        if (options->unique_name)
                container->name = unique_name(host, container->name);
        if (!is_container_name(container->name)) {
                log_message(LOG_ERR,
                        "\"%s\" cannot be a container's name, which is a host name: up to 64 letters, digits, "
                        "\"-\" and \".\".",
                        container->name);
                return false;
        }
        if (!is_free(host, container->name, false))
                return false;
        paths = imperative_paths(&host->arena, container->name);
        container->flake = options->source.flake;
        if (!options->config && !options->config_file)
                options->config = "";
        /* A mistake is not told of only after the build. */
        if (!choose_addresses(host, container) || !imperative_check(container))
                return false;

        interrupt_catch();
        if (!make_container(host, &paths, options))
                return false;
        if (options->unique_name)
                printf("%s\n", container->name);
        if (container->local_address)
                fprintf(stderr, "Its address is %s.\n", container->local_address);
        return true;
}

int verb_create(int argc, char *argv[]) {
        Arena arena = ARENA_NULL;
        bool good = false;
        Options options;
        Host host;

        if (parse(&arena, argc, argv, create_options, &options) && lock()) {
                host_read(&host);
                good = create(&host, &options);
                host_free(&host);
        }
        free(options.container.ports);
        arena_free(&arena);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The imperative container of this name, or NULL; says why not. */
static const HostContainer *find_imperative(const Host *host, const char *name, const char *verb) {
        const HostContainer *container = host_find(host, name);

        if (!container || is_imperative(host, container))
                return container;
        if (!container->declared)
                log_message(LOG_ERR,
                        "%s cannot be %s: it runs, and is no longer declared. To stop it: nixos-container stop %s",
                        name, verb, name);
        else
                log_message(LOG_ERR, "%s cannot be %s: it is declarative, %s:%u declares it.", name, verb,
                        container->declared->file, container->declared->name.mark.line);
        return NULL;
}

/* What to build from where no option says it: the same as the last time. */
static bool find_source(Host *host, const ImperativePaths *paths, const Buffer *manifest, Options *options) {
        NixSource *source = &options->source;

        if (source->system_path || source->flake || options->config || options->config_file)
                return true;
        source->flake = imperative_flake(&host->arena, manifest->text, manifest->length);
        if (source->flake || configuration_exists(paths->root))
                return true;
        log_message(LOG_ERR,
                "%s was made from a system that was built already: give --system-path, --config or --flake.",
                options->container.name);
        return false;
}

/* Has the container go on with the system that it has, after @job, which was to activate another one, has ended or was interrupted. */
static void return_to_old_system(Host *host, const HostContainer *container, const Job *job) {
        const char *name = container->name, *system = host_system(host, container);
        bool interrupted = strcmp(job->result, JOB_INTERRUPTED) == 0;

        if (interrupted) {
                fprintf(stderr, "Interrupted: the old system is activated again in %s.\n", name);
                interrupt_forget();
                unit_end_reload(job->unit);
        }
        if (!interrupted && strcmp(job->result, "failed") != 0 && strcmp(job->result, "timeout") != 0)
                log_message(LOG_ERR, "The new system could not be activated in %s, which keeps the old one: %s", name,
                        job->result);
        else if (system && apply_return_to(name, system))
                log_message(LOG_ERR,
                        "The new system could not be activated in %s (%s): the old one runs on. What the new one has "
                        "said: journalctl -u container@%s",
                        name, job->result, name);
        else
                log_message(LOG_ERR,
                        "The new system could not be activated in %s (%s), and the old one not again either. To start "
                        "it with the old one: nixos-container restart %s. What both have said: journalctl -u "
                        "container@%s",
                        name, job->result, name, name);
}

/* Has the new system activated in the container if it runs. */
static bool activate(Host *host, sd_bus *bus, const HostContainer *container) {
        Job job = {.method = "ReloadUnit", .unit = container_unit(&host->arena, container->name)};
        char *state = unit_property(bus, job.unit, "ActiveState");
        bool good = state != NULL;

        if (!state) {
                log_message(
                        LOG_ERR, "systemd does not say whether %s runs, which keeps its old system.", container->name);
        } else if (strcmp(state, "active") == 0) {
                good = jobs_run(bus, &job, 1, NULL, NULL);
                if (!good)
                        return_to_old_system(host, container, &job);
                jobs_free(&job, 1);
        }
        free(state);
        return good;
}

/* Declares the container with the new system, as @text, and has that activated; with the old one again, as @before, if it cannot be. */
static bool change_system(Host *host, const HostContainer *container, const Buffer *text, const Buffer *before) {
        CLEANUP_BUS sd_bus *bus = NULL;
        bool written = systemd_connect(&bus) >= 0 && imperative_write(container->name, text);
        bool good = written && systemd_reload(bus) >= 0 && goes_on() && activate(host, bus, container);

        /* Whatever has become of this connection. */
        if (written && !good)
                (void)(imperative_write(container->name, before) && systemd_connect_and_reload() >= 0);
        return good;
}

/* Has the profile lead to @system, and another link to the one of the manifest so far, @before: both are there, whichever the manifest says
 * when this ends in between. */
static bool set_profiles(Arena *arena, const ImperativePaths *paths, const char *system, const char *before) {
        return make_directories(arena, paths->profiles) && nix_set_profile(paths->profile_before, before) &&
               nix_set_profile(paths->profile, system);
}

static bool update(Host *host, Options *options) {
        const char *name = options->container.name, *system, *before;
        const HostContainer *container = find_imperative(host, name, "updated");
        Buffer manifest = BUFFER_NULL, text = BUFFER_NULL;
        ImperativePaths paths;
        int directory = -1;
        bool good;

        if (!container)
                return false;
        paths = imperative_paths(&host->arena, name);
        before = container->declared->system.text;
        interrupt_catch();
        good = read_file(paths.manifest, &manifest) >= 0;
        if (!good)
                log_message(LOG_ERR, "%s: %s", paths.manifest, strerror(errno));
        good = good && find_source(host, &paths, &manifest, options) &&
               (system = build(&host->arena, &paths, name, options));
        if (good) {
                good = imperative_replace_system(
                        container->declared, manifest.text, manifest.length, system, options->source.flake, &text);
                if (!good)
                        log_message(LOG_ERR, "There is no system in %s to replace with %s.", paths.manifest, system);
        }
        good = good && begin_configuration(&host->arena, &paths, name, options, &directory) &&
               set_profiles(&host->arena, &paths, system, before);
        if (good) {
                good = change_system(host, container, &text, &manifest);
                if (!good)
                        (void)nix_set_profile(paths.profile, before);
        }
        /* What cannot be activated is not what the next system is built from. */
        if (directory >= 0 && !configuration_end(paths.root, directory, good)) {
                log_message(
                        LOG_ERR, "%s has its new system, but not the configuration that this was built from.", name);
                good = false;
        }
        nix_end();
        buffer_free(&manifest);
        buffer_free(&text);
        return good;
}

int verb_update(int argc, char *argv[]) {
        Arena arena = ARENA_NULL;
        bool good = false;
        Options options;
        Host host;

        if (parse(&arena, argc, argv, update_options, &options) && lock()) {
                host_read(&host);
                good = update(&host, &options);
                host_free(&host);
        }
        arena_free(&arena);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool confirm(const char *name, const char *root) {
        char *answer = NULL;
        size_t size = 0;
        bool yes;

        if (!isatty(STDIN_FILENO)) {
                log_message(
                        LOG_ERR, "This would delete %s and all files in %s. If that is meant, say --yes.", name, root);
                return false;
        }
        fprintf(stderr, "Delete %s and all files in %s? [y/N] ", name, root);
        yes = getline(&answer, &size, stdin) > 0 && (answer[0] == 'y' || answer[0] == 'Y');
        free(answer);
        return yes;
}

static bool stop(Host *host, const char *name) {
        Job job = {.method = "StopUnit", .unit = container_unit(&host->arena, name)};
        CLEANUP_BUS sd_bus *bus = NULL;
        CLEANUP_FREE char *load_state = NULL;
        bool good = true;

        if (systemd_connect(&bus) < 0)
                return false;
        load_state = unit_property(bus, job.unit, "LoadState");
        if (!load_state) {
                log_message(LOG_ERR, "systemd does not say whether %s runs, nothing was deleted.", name);
                return false;
        }
        if (strcmp(load_state, "not-found") != 0) {
                good = jobs_run(bus, &job, 1, NULL, NULL);
                if (!good)
                        log_message(LOG_ERR, "%s could not be stopped (%s), nothing was deleted.", name, job.result);
                jobs_free(&job, 1);
        }
        /* Else systemd would remember it for its last failure. */
        if (good)
                unit_reset_failed(bus, job.unit);
        return good;
}

/* Removes what a create that was killed has left of a container that there is not. With a root directory it may be state of one that there
 * was, which is not given up with the container: then it is only named. */
static bool remove_leftovers(Host *host, const char *name, const ImperativePaths *paths) {
        const char *const places[] = {paths->root, paths->profiles, paths->gcroots};
        const char *left = "";

        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
                if (exists(places[i]))
                        left = arena_printf(&host->arena, "%s %s", left, places[i]);
        if (!*left)
                return true;
        if (host_log_unread(host)) {
                log_message(LOG_ERR,
                        "So it is not known whether there is a container \"%s\", and nothing was deleted of:%s", name,
                        left);
                return false;
        }
        if (exists(paths->root)) {
                log_message(LOG_ERR,
                        "There is no container \"%s\", but what may be state that somebody needs, which is kept:%s",
                        name, left);
                return false;
        }
        return remove_directory_tree(paths->profiles) >= 0 && remove_directory_tree(paths->gcroots) >= 0;
}

static bool destroy(Host *host, const Options *options) {
        const char *name = options->container.name;
        ImperativePaths paths;

        if (!is_container_name(name))
                return host_find(host, name) != NULL;
        paths = imperative_paths(&host->arena, name);
        /* Nobody builds now, see lock(): it is of one that was killed. */
        nix_end();
        /* Gone already is as good. */
        if (!host_look_up(host, name) && !exists(paths.manifest))
                return remove_leftovers(host, name, &paths);
        if (!find_imperative(host, name, "destroyed"))
                return false;
        if (!options->yes && !confirm(name, paths.root))
                return false;
        if (!stop(host, name) || !unmount_below(paths.root) || remove_directory_tree(paths.root) < 0 ||
                remove_directory_tree(paths.profiles) < 0 || remove_directory_tree(paths.gcroots) < 0)
                return false;
        /* The last, so that what was interrupted can be done again. */
        return remove_manifest(&paths) && systemd_connect_and_reload() >= 0;
}

int verb_destroy(int argc, char *argv[]) {
        Arena arena = ARENA_NULL;
        bool good = false;
        Options options;
        Host host;

        if (parse(&arena, argc, argv, destroy_options, &options) && lock()) {
                host_read(&host);
                good = destroy(&host, &options);
                host_free(&host);
        }
        arena_free(&arena);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
