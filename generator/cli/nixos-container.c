/* SPDX-License-Identifier: MIT */
/* nixos-container: what people do with the containers of a host, see nixos-container(8). */

#include <ctype.h>

#include "base/file.h"
#include "base/spelling.h"
#include "base/words.h"
#include "cli/operands.h"
#include "cli/remote-verbs.h"
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
        const char *method;     /* of verb_control() */
        RemoteVerb *run_remote; /* on several hosts, or NULL */
        bool needs_root;
        bool passes_on;     /* what stands behind its first operand is another program's */
        bool uses_terminal; /* it behaves otherwise on a terminal, so it gets one on another host, too */
        bool passes_status; /* its exit status may be another program's */
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
                .run = verb_list, .run_remote = remote_list},
        {"status", "NAME", "print whether a container is \"up\", \"down\" or \"gone\"",
                "  --json  print all details as JSON\n", .run = verb_status},
        {"start", "NAME…", "start containers and wait until they are up", .method = "StartUnit", .needs_root = true},
        {"stop", "NAME…", "shut down containers and wait until they are down", .method = "StopUnit",
                .needs_root = true},
        {"restart", "NAME…", "restart containers with their declared configuration", .method = "RestartUnit",
                .needs_root = true},
        {"terminate", "NAME", "terminate a container with systemd-machined", .run_for = verb_terminate,
                .needs_root = true},
        {"login", "NAME", "open a login prompt in a container", .run_for = verb_login, .needs_root = true,
                .uses_terminal = true},
        {"root-login", "NAME", "open a root shell in a container", "The shell can read a script from standard input.\n",
                .run_for = verb_root_login, .needs_root = true, .uses_terminal = true, .passes_status = true},
        {"run", "NAME -- COMMAND [ARGUMENT…]", "run a command as root in a container",
                "Arguments are passed to the command unchanged. The exit status is that of the command, or\n"
                "128 plus the signal number if it was killed by a signal.\n",
                .run = verb_run, .needs_root = true, .passes_on = true, .uses_terminal = true, .passes_status = true},
        {"show-ip", "NAME", "print a container's IP address", .run_for = verb_show_ip},
        {"show-host-key", "NAME", "print a container's public SSH host key", .run_for = verb_show_host_key,
                .needs_root = true},
        {"logs", "NAME [-f] [OPTION…]", "show a container's log",
                "Options are passed to journalctl: -f to follow, -n LINES, --since=TIME, …\n", .run = verb_logs,
                .passes_on = true, .uses_terminal = true},
        {"check", "[FILE…]", "check manifests for errors and warnings", "Exits with 1 if there are any.\n",
                .run = verb_check},
        {"plan", "[FILE…]", "show what apply would change, and why",
                "Exits with 0 if all containers are as declared, and with 2 if apply would change anything.\n"
                "\n"
                "  --json  print the plan as JSON\n"
                "  --none  act as if no containers were declared\n",
                .run = verb_plan, .run_remote = remote_plan, .uses_terminal = true},
        {"apply", "", "apply the declared configuration to running containers",
                "  --at-switch      run by a NixOS switch, after systemd has loaded the declared units;\n"
                "                   do nothing while the host boots or shuts down\n"
                "  --before-switch  run before switching from NixOS's own containers module: only note\n"
                "                   which of its containers are running, to be started by --at-switch\n"
                "  --none           act as if no containers were declared\n",
                .run = verb_apply, .needs_root = true, .uses_terminal = true},
        {"create", "NAME [OPTION…] [-- NIX-OPTION…]", "create an imperative container",
                BUILD_OPTIONS
                "  --ensure-unique-name   append a number that makes the name unique, and print the name\n"
                "  --auto-start           start the container when the host boots\n"
                "  --host-address=IP      address of the host's end of the link (default: 10.233.N.1)\n"
                "  --local-address=IP     address of the container (default: 10.233.N.2)\n"
                "  --bridge=NAME          attach the host's end of the link to a bridge\n"
                "  --port=[PROTOCOL:]HOST[:CONTAINER]\n"
                "                         forward a host port to the container; may be repeated\n"
                "  --use-host-network     use the host's network\n"
                "  --bind=HOST[:INSIDE[:ro]]\n"
                "                         mount a directory or file of the host; may be repeated\n"
                "  --set OPTION=VALUE     set any option of the manifest to a YAML value; may be repeated\n",
                .run_request = verb_create, .needs_root = true, .uses_terminal = true},
        {"update", "NAME [OPTION…] [-- NIX-OPTION…]",
                "change the system of an imperative or separately deployed container",
                BUILD_OPTIONS
                "  --check[=TIME]      watch the running container for TIME (default: 30s), and return to the old\n"
                "                      system if units that were running fail\n"
                "  --keep=NUMBER       keep so many generations of it (default: 10)\n",
                .run_request = verb_update, .needs_root = true, .uses_terminal = true},
        {"generations", "NAME", "list the systems that a container can return to", .run_for = verb_generations,
                .needs_root = true},
        {"rollback", "NAME", "return to an earlier system of a container",
                "  --to=NUMBER     return to this generation (default: the one before the current one)\n"
                "  --check[=TIME]  like that of update\n",
                .run_request = verb_rollback, .needs_root = true, .uses_terminal = true},
        {"edit", "NAME", "edit the manifest of an imperative container",
                "Runs $VISUAL or $EDITOR on a copy, checks the result, and prints what apply would do.\n"
                "\n"
                "  --apply  apply the changes\n",
                .run = verb_edit, .needs_root = true, .uses_terminal = true},
        {"destroy", "NAME", "delete an imperative container and all its files",
                "Files that are mounted into the container are kept.\n"
                "\n"
                "  --yes  do not ask for confirmation\n",
                .run_request = verb_destroy, .needs_root = true, .uses_terminal = true},
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
               "  -H, --host=[USER@]HOST[:PORT]  run the verb on another host, through ssh\n"
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

/* Removes an option -H at argv[i], with its value. Returns 1 if there is one. */
static int take_host(int *argc, char *argv[], int i, const char **ret_host) {
        const char *value = text_behind(argv[i], "--host=");
        int length = 1;

        if (!value && strncmp(argv[i], "-H", 2) == 0 && argv[i][2])
                value = argv[i] + 2;
        if (!value && !is_one_of(argv[i], "-H", "--host"))
                return 0;
        if (!value) {
                value = argv[i + 1];
                length = 2;
        }
        if (!value)
                return log_error(EINVAL, "nixos-container: %s requires a host.", argv[i]);
        *ret_host = value;
        memmove(argv + i, argv + i + length, (size_t)(*argc - i - length + 1) * sizeof(*argv));
        *argc -= length;
        return 1;
}

/* The same for all such options of a verb. The last one counts. */
static int take_hosts(const Entry *verb, int *argc, char *argv[], const char **ret_host) {
        for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0;) {
                int r;

                if (verb->passes_on && argv[i][0] != '-')
                        break;
                r = take_host(argc, argv, i, ret_host);
                if (r < 0)
                        return r;
                if (r == 0)
                        i += imperative_takes_value(argv[i]) ? 2 : 1;
        }
        return 0;
}

static int run_remotely(const Entry *verb, const char *host, int argc, char *argv[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        RemoteHost *hosts;
        size_t length;
        int r = remote_hosts_parse(&arena, host, &hosts, &length);

        if (r < 0)
                return r;
        if (verb->run_remote)
                return verb->run_remote(hosts, length, argc, argv);
        if (length > 1)
                return fail_usage(argv, "only list and plan accept several hosts.");
        return remote_run(hosts, verb->uses_terminal, verb->passes_status, argv);
}

static int run_verb(const Entry *verb, const char *host, int argc, char *argv[]) {
        int r = take_hosts(verb, &argc, argv, &host);

        if (r < 0)
                return r;
        if (wants_help(verb, argc, argv)) {
                print_verb_help(verb);
                return 0;
        }
        if (host)
                return run_remotely(verb, host, argc, argv);
        if (verb->needs_root && geteuid() != 0)
                return log_error(EPERM, "nixos-container %s: must be run as root.", verb->name);
        if (verb->method)
                return verb_control(argc, argv, verb->method);
        if (verb->run_request)
                return imperative_verb(argc, argv, verb->run_request);
        return verb->run ? verb->run(argc, argv) : run_for_container(verb, argc, argv);
}

static int run(int argc, char *argv[]) {
        const char *host = NULL;
        int r = 0;

        if (argc > 1 && strcmp(argv[1], "--remote") == 0) {
                if ((r = remote_end_with_output()) < 0)
                        return r;
                argc--, argv++;
        }
        while (argc > 1 && (r = take_host(&argc, argv, 1, &host)) > 0)
                ;
        if (r < 0)
                return r;
        if (argc < 2)
                return log_error(EINVAL, "nixos-container: missing verb. Try \"nixos-container --help\".");
        for (size_t i = 0; i < VERBS_LENGTH; i++)
                if (strcmp(verbs[i].name, argv[1]) == 0)
                        return run_verb(&verbs[i], host, argc - 1, argv + 1);
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
