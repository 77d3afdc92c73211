/* SPDX-License-Identifier: MIT */
/* nixos-container-generator: a systemd generator, see systemd.generator(7), for the containers that NixOS declares.
 * nixos-container-generator(8) */
#include <getopt.h>

#include "base/file.h"
#include "config.h"
#include "generate/generate.h"
#include "manifest/model.h"
#include "state/record.h"
#include "systemd/log.h"

typedef enum Mode {
        MODE_GENERATE,
        MODE_DRY_RUN,
        MODE_CHECK,
        MODE_CHECK_OPTIONS,
} Mode;

/* Nix shows the last ten lines of a build that has failed: these, and one that counts the others. */
#define OPTION_ERRORS_MAX 9

typedef struct Arguments {
        Mode mode;
        const char *root; /* "": the host's own */
        char *const *operands;
        int operands_length;
} Arguments;

static void print_help(void) {
        printf("Usage: %1$s [--root=DIR] NORMAL [EARLY] [LATE]\n"
               "       %1$s [--root=DIR] --dry-run [FILE…]\n"
               "       %1$s [--root=DIR] --check[=options] [FILE…]\n"
               "\n"
               "Generates systemd units for the containers declared in " MANIFESTS_DIRECTORY "/*.yaml.\n"
               "systemd runs it at boot and on every \"systemctl daemon-reload\".\n"
               "\n"
               "  NORMAL EARLY LATE  output directories; only NORMAL is used\n"
               "  --dry-run          print the files that would be written, with their paths\n"
               "  --check            only print errors and warnings; exit with 1 if there are any\n"
               "  --check=options    only print errors in options, at most ten lines, before systems are built\n"
               "  FILE…              read these manifests instead\n"
               "  --root=DIR         operate on the file system below DIR\n"
               "  --help             show this help\n"
               "  --version          show the version\n"
               "\n"
               "See nixos-container-generator(8) and nixos-containers.yaml(5).\n",
                program_invocation_short_name);
}

static __attribute__((noreturn)) void fail_usage(void) {
        fprintf(stderr, "Try \"%s --help\".\n", program_invocation_short_name);
        exit(EXIT_FAILURE);
}

/* What is missing below the directory is no error; that there is no such directory is one. Returns what paths start with. */
static const char *check_root(const char *root) {
        int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0) {
                log_message(LOG_ERR, "%s: --root=%s: %s", program_invocation_short_name, root, strerror(errno));
                exit(EXIT_FAILURE);
        }
        close(fd);
        return strcmp(root, "/") == 0 ? "" : root;
}

static Mode check_mode(const char *depth) {
        if (!depth)
                return MODE_CHECK;
        if (strcmp(depth, "options") == 0)
                return MODE_CHECK_OPTIONS;
        fprintf(stderr, "%s: invalid value --check=%s (expected \"options\").\n", program_invocation_short_name, depth);
        fail_usage();
}

static _Noreturn void exit_printed(void) {
        int r = flush_stdout();

        if (r < 0)
                (void)log_error(r, "Failed to write to standard output: %m");
        exit(r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void parse_arguments(int argc, char *argv[], Arguments *arguments) {
        enum { OPTION_ROOT = 256, OPTION_DRY_RUN, OPTION_CHECK, OPTION_HELP, OPTION_VERSION };
        static const struct option options[] = {
                {"root", required_argument, NULL, OPTION_ROOT},
                {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
                {"check", optional_argument, NULL, OPTION_CHECK},
                {"help", no_argument, NULL, OPTION_HELP},
                {"version", no_argument, NULL, OPTION_VERSION},
                {0},
        };
        int option;

        *arguments = (Arguments){.root = ""};
        while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (option) {
                case OPTION_ROOT:
                        arguments->root = check_root(optarg);
                        break;
                case OPTION_DRY_RUN:
                        arguments->mode = MODE_DRY_RUN;
                        break;
                case OPTION_CHECK:
                        arguments->mode = check_mode(optarg);
                        break;
                case OPTION_HELP:
                        print_help();
                        exit_printed();
                case OPTION_VERSION:
                        printf("nixos-container-generator " VERSION "\n");
                        exit_printed();
                default:
                        fail_usage();
                }

        arguments->operands = argv + optind;
        arguments->operands_length = argc - optind;
        if (arguments->mode == MODE_GENERATE && (argc - optind < 1 || argc - optind > 3)) {
                fprintf(stderr, "%s: expected one to three output directories, got %i.\n",
                        program_invocation_short_name, argc - optind);
                fail_usage();
        }
}

/* A host without a machine ID, which systemd does not boot, gets the addresses that belong to one of zeros. */
static void read_machine_id(Arena *arena, GenerateOptions *options) {
        char text[40];
        ssize_t length = read_file_start(arena_join(arena, options->root, "/etc/machine-id"), text, sizeof(text) - 1);

        if (length >= 0) {
                text[length] = '\0';
                (void)machine_id_parse(text, &options->machine_id);
        } else if (!is_no_file(errno)) {
                options->machine_id_error = errno;
        }
}

static int write_files(const Arguments *arguments, Manifest *manifest) {
        GenerateOptions options = {
                .root = arguments->root,
                .with_records = arguments->mode == MODE_GENERATE || arguments->operands_length == 0,
        };
        Output output;

        if (arguments->mode == MODE_DRY_RUN)
                output_open_stdout(&output, UNITS_DIRECTORY);
        else if (output_open(&output, arguments->operands[0]) < 0)
                return -EIO;
        options.generator_directory = output.directory;
        read_machine_id(manifest->arena, &options);
        generate(manifest, &options, &output);
        output_close(&output);
        return output.failed ? -EIO : 0;
}

static bool run(const Arguments *arguments) {
        bool has_files = arguments->mode != MODE_GENERATE && arguments->operands_length > 0;
        bool options_only = arguments->mode == MODE_CHECK_OPTIONS, good = true;
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_MANIFEST Manifest manifest = MANIFEST_NULL;

        model_load(&manifest, &arena, arguments->root, has_files ? arguments->operands : NULL,
                arguments->operands_length,
                options_only                    ? MODEL_DRAFT
                : arguments->mode == MODE_CHECK ? MODEL_LINKS
                                                : MODEL_MOUNTS);
        if (arguments->mode == MODE_CHECK)
                good = manifest.diagnostics.warnings == 0;
        else if (!options_only)
                good = write_files(arguments, &manifest) >= 0;
        if (options_only)
                diagnostics_log(&manifest.diagnostics, SEVERITY_ERROR, OPTION_ERRORS_MAX);
        else
                diagnostics_log(&manifest.diagnostics, SEVERITY_WARNING, DIAGNOSTICS_LOGGED_MAX);
        return good && manifest.diagnostics.errors == 0;
}

int main(int argc, char *argv[]) {
        const char *in_initrd = getenv("SYSTEMD_IN_INITRD");
        Arguments arguments;

        log_open();
        parse_arguments(argc, argv, &arguments);
        /* Containers belong to the host's own system. */
        if (arguments.mode == MODE_GENERATE && in_initrd && strcmp(in_initrd, "1") == 0)
                return EXIT_SUCCESS;
        return run(&arguments) ? EXIT_SUCCESS : EXIT_FAILURE;
}
