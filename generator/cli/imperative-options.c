/* SPDX-License-Identifier: MIT */
#include "cli/imperative-options.h"

#include <sys/file.h>

#include "base/memory.h"
#include "base/words.h"
#include "cli/operands.h"
#include "systemd/log.h"

/* Not below /run/lock, where on some hosts anybody can make and lock files. */
#define LOCK_FILE "/run/nixos-container.lock"

/* The value of --check alone. */
#define CHECK_DEFAULT "30s"

typedef enum OptionKind { OPTION_TEXT, OPTION_FLAG, OPTION_PORTS, OPTION_SET, OPTION_BIND, OPTION_CHECK } OptionKind;

static const struct {
        const char *name;
        OptionKind kind;
        size_t offset; /* in Request */
        const char *verbs;
} known[] = {
        {"nixos-path", OPTION_TEXT, offsetof(Request, source.nixos_path), "create update"},
        {"system-path", OPTION_TEXT, offsetof(Request, source.system_path), "create update"},
        {"config", OPTION_TEXT, offsetof(Request, config), "create update"},
        {"config-file", OPTION_TEXT, offsetof(Request, config_file), "create update"},
        {"flake", OPTION_TEXT, offsetof(Request, source.flake), "create update"},
        {"refresh", OPTION_FLAG, offsetof(Request, source.refresh), "create update"},
        {"ensure-unique-name", OPTION_FLAG, offsetof(Request, unique_name), "create"},
        {"auto-start", OPTION_FLAG, offsetof(Request, container.auto_start), "create"},
        {"bridge", OPTION_TEXT, offsetof(Request, container.host_bridge), "create"},
        {"port", OPTION_PORTS, 0, "create"},
        {"set", OPTION_SET, 0, "create"},
        {"bind", OPTION_BIND, 0, "create"},
        {"host-address", OPTION_TEXT, offsetof(Request, container.host_address), "create"},
        {"local-address", OPTION_TEXT, offsetof(Request, container.local_address), "create"},
        {"use-host-network", OPTION_FLAG, offsetof(Request, container.use_host_network), "create"},
        {"keep", OPTION_TEXT, offsetof(Request, keep_text), "update"},
        {"check", OPTION_CHECK, offsetof(Request, check_text), "update rollback"},
        {"to", OPTION_TEXT, offsetof(Request, to), "rollback"},
        {"yes", OPTION_FLAG, offsetof(Request, yes), "destroy"},
};

#define KNOWN_LENGTH (sizeof(known) / sizeof(known[0]))

/* How getopt_long(3) names the option known[0]; it says '?' of one that is not. */
#define FIRST_OPTION 256

/* Adds ports, as they may be given one by one or with commas between them. */
static void add_ports(Request *request, const char *text) {
        ImperativeContainer *container = &request->container;

        while (*text) {
                size_t length = strcspn(text, ",");

                container->ports = grow_array((void *)container->ports, container->ports_length,
                        &request->ports_capacity, sizeof(*container->ports));
                container->ports[container->ports_length++] = arena_copy(&request->host.arena, text, length);
                text += length + (text[length] == ',');
        }
}

/* As getopt_long(3), which permits options to be abbreviated. */
bool imperative_takes_value(const char *word) {
        const char *name = text_behind(word, "--");

        for (size_t i = 0; name && *name && i < KNOWN_LENGTH; i++)
                if (known[i].kind != OPTION_FLAG && text_behind(known[i].name, name))
                        return true;
        return false;
}

static int read_options(int argc, char *argv[], Request *request) {
        struct option of_verb[KNOWN_LENGTH + 1] = {0};
        Arena *arena = &request->host.arena;
        int option, r = 0;
        size_t length = 0;

        for (size_t i = 0; i < KNOWN_LENGTH; i++)
                if (strstr(known[i].verbs, argv[0]))
                        of_verb[length++] = (struct option){.name = known[i].name,
                                .has_arg = known[i].kind == OPTION_FLAG    ? no_argument
                                           : known[i].kind == OPTION_CHECK ? optional_argument
                                                                           : required_argument,
                                .val = FIRST_OPTION + (int)i};
        request->container.settings = arena_alloc(arena, sizeof(*request->container.settings));
        while (r >= 0 && (option = getopt_long(argc, argv, "", of_verb, NULL)) >= 0) {
                size_t i = (size_t)(option - FIRST_OPTION);
                char *place;

                if (option == '?')
                        return -EINVAL;
                place = (char *)request + known[i].offset;
                if (known[i].kind == OPTION_TEXT)
                        *(const char **)(void *)place = optarg;
                else if (known[i].kind == OPTION_CHECK)
                        *(const char **)(void *)place = optarg ? optarg : CHECK_DEFAULT;
                else if (known[i].kind == OPTION_FLAG)
                        *(bool *)place = true;
                else if (known[i].kind == OPTION_PORTS)
                        add_ports(request, optarg);
                else
                        r = (known[i].kind == OPTION_SET ? settings_add : settings_add_bind)(
                                arena, request->container.settings, optarg);
        }
        return r;
}

/* Whether a setting is about what another option of create sets. */
static int check_settings(const Request *request) {
        const ImperativeContainer *container = &request->container;
        const struct {
                const char *key, *option;
                bool is_set;
        } others[] = {
                {"system", "--system-path, --flake and --config", true},
                {"autoStart", "--auto-start", container->auto_start},
                {"hostBridge", "--bridge", container->host_bridge},
                {"hostAddress", "--host-address", container->host_address},
                {"localAddress", "--local-address", container->local_address},
                {"forwardPorts", "--port", container->ports_length > 0},
                {"privateNetwork", "--use-host-network", container->use_host_network},
        };

        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
                const Setting *setting = settings_find(container->settings, others[i].key);

                if (setting && others[i].is_set)
                        return log_error(EINVAL, "%s conflicts with %s.", setting->written, others[i].option);
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

/* Takes what is behind "--" from the arguments of a verb that builds: options of Nix. */
static void take_nix_options(int *argc, char *argv[], NixSource *source) {
        for (int i = 1; i < *argc; i += imperative_takes_value(argv[i]) ? 2 : 1)
                if (strcmp(argv[i], "--") == 0) {
                        source->options = argv + i + 1;
                        argv[i] = NULL;
                        *argc = i;
                        return;
                }
}

/* Reads what stands behind verb argv[0]. */
static int parse(int argc, char *argv[], Request *request) {
        Arena *arena = &request->host.arena;
        NixSource *source = &request->source;
        char path[PATH_MAX];
        int r;

        if (is_one_of(argv[0], "create", "update"))
                take_nix_options(&argc, argv, source);
        if ((r = read_options(argc, argv, request)) < 0 || (r = check_operands(argc, argv, OPERANDS_NAME)) < 0 ||
                (r = check_settings(request)) < 0)
                return r;
        request->container.name = argv[optind];
        if (!!source->system_path + !!source->flake + (request->config || request->config_file) > 1)
                return fail_usage(argv, "--system-path, --flake and --config cannot be combined.");
        if (source->system_path && source->options && source->options[0])
                return fail_usage(argv, "--system-path cannot be combined with options of Nix: nothing is built.");
        if (source->flake)
                source->flake = absolute_flake(arena, source->flake);
        if (request->config_file) {
                if (!realpath(request->config_file, path))
                        return log_error(errno, "Failed to read %s: %m", request->config_file);
                request->config_file = arena_copy(arena, path, strlen(path));
        }
        return 0;
}

int imperative_lock(void) {
        CLEANUP_CLOSE int fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0)
                return log_error(errno, "Failed to lock " LOCK_FILE ": %m");
        if (flock(fd, LOCK_EX | LOCK_NB) >= 0)
                return take_fd(&fd);
        if (errno == EWOULDBLOCK)
                fprintf(stderr, "Waiting for another nixos-container process to finish.\n");
        if (errno != EWOULDBLOCK || flock(fd, LOCK_EX) < 0)
                return log_error(errno, "Failed to lock " LOCK_FILE ": %m");
        return take_fd(&fd);
}

static void free_request(Request *request) {
        host_free(&request->host);
        free((void *)request->container.ports);
}

int imperative_verb(int argc, char *argv[], RequestVerb *verb) {
        CLEANUP(free_request) Request request = {0};
        CLEANUP_CLOSE int lock = -1;
        int r = parse(argc, argv, &request);

        if (r < 0)
                return r;
        lock = imperative_lock();
        if (lock < 0)
                return lock;
        host_read(&request.host);
        request.paths = imperative_paths(&request.host.arena, request.container.name);
        return verb(&request);
}
