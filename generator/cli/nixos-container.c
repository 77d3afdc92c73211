/* SPDX-License-Identifier: MIT */
/* nixos-container: what people do with the containers of a host, see nixos-container(8). */

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
        "  --config=TEXT       options of NixOS for its configuration, as they would stand between { and }\n"          \
        "  --config-file=FILE  a NixOS module with its configuration\n"                                                \
        "  --flake=URI[#ATTR]  build nixosConfigurations.ATTR of a flake (\"container\")\n"                            \
        "  --nixos-path=PATH   the NixOS to build with (<nixpkgs/nixos>)\n"                                            \
        "  --system-path=PATH  a system that is built already\n"                                                       \
        "  --refresh           have Nix fetch what it has cached anew\n"

static const Entry verbs[] = {
        {"list", "", "list the containers",
                "Without a terminal it prints the names, one a line.\n"
                "\n"
                "  --json  print all that is known of them\n",
                .run = verb_list},
        {"status", "NAME", "say whether a container is \"up\", \"down\" or \"gone\"", .run = verb_status},
        {"start", "NAME…", "start containers, and wait until they are up", .method = "StartUnit", .needs_root = true},
        {"stop", "NAME…", "shut containers down, and wait until they are", .method = "StopUnit", .needs_root = true},
        {"restart", "NAME…", "stop containers and start them as they are declared now", .method = "RestartUnit",
                .needs_root = true},
        {"terminate", "NAME", "stop a container by way of systemd-machined", .run_for = verb_terminate,
                .needs_root = true},
        {"login", "NAME", "get a prompt for name and password", .run_for = verb_login, .needs_root = true},
        {"root-login", "NAME", "get a shell of root", "The shell reads a script on standard input as well.\n",
                .run_for = verb_root_login, .needs_root = true},
        {"run", "NAME -- COMMAND [ARGUMENT…]", "run a command as root",
                "The arguments reach the command as they are. Its exit status becomes that of this program, 128 and "
                "the\n"
                "signal's number if a signal ended it.\n",
                .run = verb_run, .needs_root = true, .passes_on = true},
        {"show-ip", "NAME", "print a container's address", .run_for = verb_show_ip},
        {"show-host-key", "NAME", "print the public key of a container's SSH server", .run_for = verb_show_host_key,
                .needs_root = true},
        {"logs", "NAME [-f] [OPTION…]", "show what a container has logged",
                "Options are journalctl's: -f to follow, -n LINES, --since=TIME, …\n", .run = verb_logs,
                .passes_on = true},
        {"check", "[FILE…]", "say what is wrong with what is declared", "It exits with 1 if anything is.\n",
                .run = verb_check},
        {"plan", "[FILE…]", "say what apply would do, and why",
                "It exits with 0 if all containers are as declared, and with 2 if apply would do anything.\n"
                "\n"
                "  --json  print it for programs\n"
                "  --none  as if no container were declared\n",
                .run = verb_plan},
        {"apply", "", "bring the containers that run to what is declared",
                "  --at-switch      for a switch of NixOS: systemd has read what is declared already;\n"
                "                   do nothing while the host boots or shuts down\n"
                "  --before-switch  for a switch from NixOS's own module: only note which of its\n"
                "                   containers run, so that --at-switch starts them again\n"
                "  --none           as if no container were declared\n",
                .run = verb_apply, .needs_root = true},
        {"create", "NAME [OPTION…]", "make a container that NixOS's configuration does not have",
                BUILD_OPTIONS "  --ensure-unique-name   append a number that makes the name a new one, and print it\n"
                              "  --auto-start           start it when the host boots\n"
                              "  --host-address=IP      the host's address on the link to it (10.233.N.1)\n"
                              "  --local-address=IP     its own address (10.233.N.2)\n"
                              "  --bridge=NAME          put the link into a bridge\n"
                              "  --port=[PROTOCOL:]HOST[:CONTAINER]\n"
                              "                         forward a port of the host to it; may be given several times\n"
                              "  --use-host-network     have no network of its own\n",
                .run_request = verb_create, .needs_root = true},
        {"update", "NAME [OPTION…]", "give a container of create another system", BUILD_OPTIONS,
                .run_request = verb_update, .needs_root = true},
        {"destroy", "NAME", "delete a container of create with all its files",
                "Files that are mounted into it are kept.\n"
                "\n"
                "  --yes  do not ask\n",
                .run_request = verb_destroy, .needs_root = true},
};

#define VERBS_LENGTH (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(void) {
        printf("Usage: nixos-container VERB [NAME] [OPTION…]\n"
               "\n"
               "Does things with the containers of this host.\n"
               "\n");
        for (size_t i = 0; i < VERBS_LENGTH; i++)
                printf("  %-14s %s\n", verbs[i].name, verbs[i].summary);
        printf("\n"
               "  --help         show this, or behind a verb what is to know about it\n"
               "  --version      show the version\n"
               "\n"
               "See nixos-container(8).\n");
}

static void print_verb_help(const Entry *verb) {
        printf("Usage: nixos-container %s%s%s\n\n", verb->name, verb->operands[0] ? " " : "", verb->operands);
        /* The summaries are made for the list. */
        printf("Verb \"%s\": %s.\n", verb->name, verb->summary);
        if (verb->options)
                printf("%s%s", verb->options[0] == ' ' ? "\n" : "", verb->options);
        printf("\nSee nixos-container(8).\n");
}

static int complain_of_verb(const char *name) {
        for (size_t i = 0; i < VERBS_LENGTH; i++)
                if (one_edit_apart(name, verbs[i].name))
                        return log_error(EINVAL, "nixos-container: there is no verb \"%s\", did you mean \"%s\"?", name,
                                verbs[i].name);
        return log_error(EINVAL, "nixos-container: there is no verb \"%s\". Try \"nixos-container --help\".", name);
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
                return log_error(EPERM, "nixos-container %s: only root can do that.", verb->name);
        if (verb->method)
                return verb_control(argc, argv, verb->method);
        if (verb->run_request)
                return imperative_verb(argc, argv, verb->run_request);
        return verb->run ? verb->run(argc, argv) : run_for_container(verb, argc, argv);
}

static int run(int argc, char *argv[]) {
        if (argc < 2)
                return log_error(EINVAL, "nixos-container: it takes a verb. Try \"nixos-container --help\".");
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
                r = log_error(errno, "standard output: %m");
        return r < 0 ? EXIT_FAILURE : r;
}
