/* SPDX-License-Identifier: MIT */
/* nixos-container: what people do with the containers of a host, see nixos-container(8). */

#include <ctype.h>

#include "base/file.h"
#include "base/spelling.h"
#include "base/words.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "config.h"
#include "systemd/log.h"

typedef struct Entry {
        const char *name;
        const char *operands;
        const char *summary;
        const char *options; /* the rest of its help */
        /* One of these, see verbs.h. */
        Verb *run;
        ContainerVerb *run_for;
        RequestVerb *run_request;
        const char *method; /* of verb_control() */
        bool needs_root;
        bool passes_on; /* what stands behind its first operand is another program's */
} Entry;

#define BUILD_OPTIONS                                                                                                  \
        "  --config=TEXT       NixOS options of the container, without the enclosing { }\n"                            \
        "  --config-file=FILE  NixOS module of the container\n"                                                        \
        "  --flake=URI[#ATTR]  build nixosConfigurations.ATTR of a flake (default: \"container\")\n"                   \
        "  --nixos-path=PATH   NixOS to build with (default: <nixpkgs/nixos>)\n"                                       \
        "  --system-path=PATH  use an existing system\n"                                                               \
        "  --refresh           let Nix refresh its download cache\n"

static const Entry verbs[] = {
        {"list", "", "list containers",
                "Without a terminal, only the names are printed, one per line.\n"
                "\n"
                "  --json  print all details as JSON\n",
                .run = verb_list},
        {"status", "NAME", "print whether a container is \"up\", \"down\" or \"gone\"", .run = verb_status},
        {"start", "NAME…", "start containers and wait until they are up", .method = "StartUnit", .needs_root = true},
        {"stop", "NAME…", "shut down containers and wait until they are down", .method = "StopUnit",
                .needs_root = true},
        {"restart", "NAME…", "restart containers with their declared configuration", .method = "RestartUnit",
                .needs_root = true},
        {"terminate", "NAME", "terminate a container with systemd-machined", .run_for = verb_terminate,
                .needs_root = true},
        {"login", "NAME", "open a login prompt in a container", .run_for = verb_login, .needs_root = true},
        {"root-login", "NAME", "open a root shell in a container", "The shell can read a script from standard input.\n",
                .run_for = verb_root_login, .needs_root = true},
        {"run", "NAME -- COMMAND [ARGUMENT…]", "run a command as root in a container",
                "Arguments are passed to the command unchanged. The exit status is that of the command, or\n"
                "128 plus the signal number if it was killed by a signal.\n",
                .run = verb_run, .needs_root = true, .passes_on = true},
        {"show-ip", "NAME", "print a container's IP address", .run_for = verb_show_ip},
        {"show-host-key", "NAME", "print a container's public SSH host key", .run_for = verb_show_host_key,
                .needs_root = true},
        {"logs", "NAME [-f] [OPTION…]", "show a container's log",
                "Options are passed to journalctl: -f to follow, -n LINES, --since=TIME, …\n", .run = verb_logs,
                .passes_on = true},
        {"check", "[FILE…]", "check manifests for errors and warnings", "Exits with 1 if there are any.\n",
                .run = verb_check},
        {"plan", "[FILE…]", "show what apply would change, and why",
                "Exits with 0 if all containers are as declared, and with 2 if apply would change anything.\n"
                "\n"
                "  --json  print the plan as JSON\n"
                "  --none  act as if no containers were declared\n",
                .run = verb_plan},
        {"apply", "", "apply the declared configuration to running containers",
                "  --at-switch      run by a NixOS switch, after systemd has loaded the declared units;\n"
                "                   do nothing while the host boots or shuts down\n"
                "  --before-switch  run before switching from NixOS's own containers module: only note\n"
                "                   which of its containers are running, to be started by --at-switch\n"
                "  --none           act as if no containers were declared\n",
                .run = verb_apply, .needs_root = true},
        {"create", "NAME [OPTION…]", "create an imperative container",
                BUILD_OPTIONS
                "  --ensure-unique-name   append a number that makes the name unique, and print the name\n"
                "  --auto-start           start the container when the host boots\n"
                "  --host-address=IP      address of the host's end of the link (default: 10.233.N.1)\n"
                "  --local-address=IP     address of the container (default: 10.233.N.2)\n"
                "  --bridge=NAME          attach the host's end of the link to a bridge\n"
                "  --port=[PROTOCOL:]HOST[:CONTAINER]\n"
                "                         forward a host port to the container; may be repeated\n"
                "  --use-host-network     use the host's network\n",
                .run_request = verb_create, .needs_root = true},
        {"update", "NAME [OPTION…]", "change the system of an imperative container", BUILD_OPTIONS,
                .run_request = verb_update, .needs_root = true},
        {"destroy", "NAME", "delete an imperative container and all its files",
                "Files that are mounted into the container are kept.\n"
                "\n"
                "  --yes  do not ask for confirmation\n",
                .run_request = verb_destroy, .needs_root = true},
};

#define VERBS_LENGTH (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(void) {
        printf("Usage: nixos-container VERB [NAME] [OPTION…]\n"
               "\n"
               "Manages the containers of this host.\n"
               "\n");
        for (size_t i = 0; i < VERBS_LENGTH; i++)
                printf("  %-14s %s\n", verbs[i].name, verbs[i].summary);
        printf("\n"
               "  --help         show this help, or that of a verb\n"
               "  --version      show the version\n"
               "\n"
               "See nixos-container(8).\n");
}

static void print_verb_help(const Entry *verb) {
        printf("Usage: nixos-container %s%s%s\n\n", verb->name, verb->operands[0] ? " " : "", verb->operands);
        printf("%c%s.\n", toupper((unsigned char)verb->summary[0]), verb->summary + 1);
        if (verb->options)
                printf("%s%s", verb->options[0] == ' ' ? "\n" : "", verb->options);
        printf("\nSee nixos-container(8).\n");
}

static int complain_of_verb(const char *name) {
        for (size_t i = 0; i < VERBS_LENGTH; i++)
                if (one_edit_apart(name, verbs[i].name))
                        return log_error(EINVAL, "nixos-container: unknown verb \"%s\", did you mean \"%s\"?", name,
                                verbs[i].name);
        return log_error(EINVAL, "nixos-container: unknown verb \"%s\". Try \"nixos-container --help\".", name);
}

/* Whether a verb's help is asked for. */
static bool wants_help(const Entry *verb, int argc, char *argv[]) {
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
                if (is_one_of(argv[i], "--help", "-h"))
                        return true;
                if (verb->passes_on)
                        break;
        }
        return false;
}

static int run_for_container(const Entry *verb, int argc, char *argv[]) {
        CLEANUP_HOST Host host = HOST_NULL;
        const HostContainer *container;
        int r = read_operands(argc, argv, NULL, OPERANDS_NAME);

        if (r < 0)
                return r;
        host_read(&host);
        container = host_find(&host, argv[optind]);
        return container ? verb->run_for(&host, container) : -ENOENT;
}

static int run_verb(const Entry *verb, int argc, char *argv[]) {
        if (wants_help(verb, argc, argv)) {
                print_verb_help(verb);
                return 0;
        }
        if (verb->needs_root && geteuid() != 0)
                return log_error(EPERM, "nixos-container %s: must be run as root.", verb->name);
        if (verb->method)
                return verb_control(argc, argv, verb->method);
        if (verb->run_request)
                return imperative_verb(argc, argv, verb->run_request);
        return verb->run ? verb->run(argc, argv) : run_for_container(verb, argc, argv);
}

static int run(int argc, char *argv[]) {
        if (argc < 2)
                return log_error(EINVAL, "nixos-container: missing verb. Try \"nixos-container --help\".");
        for (size_t i = 0; i < VERBS_LENGTH; i++)
                if (strcmp(verbs[i].name, argv[1]) == 0)
                        return run_verb(&verbs[i], argc - 1, argv + 1);
        if (is_one_of(argv[1], "--help", "-h", "help"))
                print_help();
        else if (strcmp(argv[1], "--version") == 0)
                printf("nixos-container " VERSION "\n");
        else
                return complain_of_verb(argv[1]);
        return 0;
}

int main(int argc, char *argv[]) {
        int r = run(argc, argv);

        if (flush_stdout() < 0)
                r = log_error(errno, "Failed to write to standard output: %m");
        return r < 0 ? EXIT_FAILURE : r;
}
