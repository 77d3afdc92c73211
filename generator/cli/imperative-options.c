/* SPDX-License-Identifier: MIT */
#include "cli/imperative-options.h"

#include <getopt.h>

#include "base/memory.h"
#include "cli/imperative.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "systemd/log.h"

typedef enum OptionKind { OPTION_TEXT, OPTION_FLAG, OPTION_PORTS } OptionKind;

static const struct {
        const char *name;
        OptionKind kind;
        size_t offset; /* in ImperativeOptions */
        unsigned verbs;
} known[] = {
        {"nixos-path", OPTION_TEXT, offsetof(ImperativeOptions, source.nixos_path), CREATE | UPDATE},
        {"system-path", OPTION_TEXT, offsetof(ImperativeOptions, source.system_path), CREATE | UPDATE},
        {"config", OPTION_TEXT, offsetof(ImperativeOptions, config), CREATE | UPDATE},
        {"config-file", OPTION_TEXT, offsetof(ImperativeOptions, config_file), CREATE | UPDATE},
        {"flake", OPTION_TEXT, offsetof(ImperativeOptions, source.flake), CREATE | UPDATE},
        {"refresh", OPTION_FLAG, offsetof(ImperativeOptions, source.refresh), CREATE | UPDATE},
        {"ensure-unique-name", OPTION_FLAG, offsetof(ImperativeOptions, unique_name), CREATE},
        {"auto-start", OPTION_FLAG, offsetof(ImperativeOptions, container.auto_start), CREATE},
        {"bridge", OPTION_TEXT, offsetof(ImperativeOptions, container.host_bridge), CREATE},
        {"port", OPTION_PORTS, 0, CREATE},
        {"host-address", OPTION_TEXT, offsetof(ImperativeOptions, container.host_address), CREATE},
        {"local-address", OPTION_TEXT, offsetof(ImperativeOptions, container.local_address), CREATE},
        {"use-host-network", OPTION_FLAG, offsetof(ImperativeOptions, container.use_host_network), CREATE},
        {"yes", OPTION_FLAG, offsetof(ImperativeOptions, yes), DESTROY},
};

#define KNOWN_LENGTH (sizeof(known) / sizeof(known[0]))

/* How getopt_long(3) names the option known[0]; it says '?' of one that is not. */
#define FIRST_OPTION 256

/* Adds ports, as they may be given one by one or with commas between them. */
static void add_ports(Arena *arena, ImperativeOptions *options, const char *text) {
        ImperativeContainer *container = &options->container;

        while (*text) {
                size_t length = strcspn(text, ",");

                container->ports = grow_array((void *)container->ports, container->ports_length,
                        &options->ports_capacity, sizeof(*container->ports));
                container->ports[container->ports_length++] = arena_copy(arena, text, length);
                text += length + (text[length] == ',');
        }
}

static int read_options(Arena *arena, int argc, char *argv[], unsigned verb, ImperativeOptions *options) {
        struct option of_verb[KNOWN_LENGTH + 1] = {0};
        int option;
        size_t length = 0;

        for (size_t i = 0; i < KNOWN_LENGTH; i++)
                if (known[i].verbs & verb)
                        of_verb[length++] = (struct option){.name = known[i].name,
                                .has_arg = known[i].kind == OPTION_FLAG ? no_argument : required_argument,
                                .val = FIRST_OPTION + (int)i};
        while ((option = getopt_long(argc, argv, "", of_verb, NULL)) >= 0) {
                size_t i = (size_t)(option - FIRST_OPTION);
                char *place;

                if (option == '?')
                        return -EINVAL;
                place = (char *)options + known[i].offset;
                if (known[i].kind == OPTION_TEXT)
                        *(const char **)(void *)place = optarg;
                else if (known[i].kind == OPTION_FLAG)
                        *(bool *)place = true;
                else
                        add_ports(arena, options, optarg);
        }
        return 0;
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

int imperative_options_parse(Arena *arena, int argc, char *argv[], unsigned verb, ImperativeOptions *options) {
        NixSource *source = &options->source;
        char path[PATH_MAX];
        int r = read_options(arena, argc, argv, verb, options);

        if (r < 0)
                return r;
        if (argc - optind != 1) {
                (void)fail_usage(argv, "it takes the name of one container, got %i operands.", argc - optind);
                return -EINVAL;
        }
        options->container.name = argv[optind];
        if (!!source->system_path + !!source->flake + (options->config || options->config_file) > 1) {
                (void)fail_usage(argv, "only one of --system-path, --flake and --config can be given.");
                return -EINVAL;
        }
        if (source->flake)
                source->flake = absolute_flake(arena, source->flake);
        if (options->config_file) {
                if (!realpath(options->config_file, path))
                        return log_error(errno, "%s: %m", options->config_file);
                options->config_file = arena_copy(arena, path, strlen(path));
        }
        return 0;
}

void imperative_options_free(ImperativeOptions *options) {
        free((void *)options->container.ports);
}

int imperative_verb(int argc, char *argv[], unsigned verb, int (*run)(Host *host, ImperativeOptions *options)) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_OPTIONS ImperativeOptions options = {0};
        CLEANUP_HOST Host host = HOST_NULL;
        CLEANUP_CLOSE int lock = -1;

        if (imperative_options_parse(&arena, argc, argv, verb, &options) < 0 || (lock = imperative_lock()) < 0)
                return EXIT_FAILURE;
        host_read(&host);
        return exit_status(run(&host, &options));
}
