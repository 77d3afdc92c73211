/* SPDX-License-Identifier: MIT */
/* nixos-container plan, nixos-container apply: what a switch to the declared containers would do, and doing it. */
#include <getopt.h>

#include "bus/manager.h"
#include "cli/colour.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "manifest/model.h"
#include "state/record.h"
#include "switch/apply.h"
#include "switch/print-plan.h"
#include "systemd/log.h"

/* The exit status of plan where something would be done. */
#define EXIT_CHANGES 2

typedef struct Declared {
        Arena arena;
        Manifest manifest;
        Plan plan;
} Declared;

#define DECLARED_NULL ((Declared){0})

/* Reads what is declared in @files, or in the host's manifests if @files is NULL, and makes the plan. */
static int read_declared(Declared *declared, char *const files[], int files_length) {
        int r;

        *declared = DECLARED_NULL;
        model_load(&declared->manifest, &declared->arena, "", files, files_length, MODEL_CLOSURES);
        r = plan_make(&declared->plan, &declared->manifest, "");
        manifest_close(&declared->manifest);
        return r;
}

static void free_declared(Declared *declared) {
        plan_free(&declared->plan);
        manifest_free(&declared->manifest);
        arena_free(&declared->arena);
}

/* Says which errors leave open what is declared, and whether there are any. */
static bool is_incomplete(const Declared *declared) {
        if (!declared->manifest.is_incomplete)
                return false;
        diagnostics_log_errors(&declared->manifest.diagnostics);
        return true;
}

int verb_plan(int argc, char *argv[]) {
        static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
        CLEANUP(free_declared) Declared declared = DECLARED_NULL;
        bool json = false;
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                if (option != 'j')
                        return EXIT_FAILURE;
                json = true;
        }
        if (read_declared(&declared, optind < argc ? argv + optind : NULL, argc - optind) < 0)
                return EXIT_FAILURE;
        if (json)
                plan_print_json(&declared.plan, stdout);
        else if (plan_is_empty(&declared.plan) && !declared.manifest.is_incomplete)
                printf("All containers are as declared.\n");
        else
                plan_print(&declared.plan, stdout, wants_colour(stdout));
        if (is_incomplete(&declared))
                return EXIT_FAILURE;
        return plan_is_empty(&declared.plan) ? EXIT_SUCCESS : EXIT_CHANGES;
}

/* Whether the host is neither booting, when autoStart starts containers, nor shutting down, when systemd stops them. */
static int read_host_is_up(sd_bus *bus, bool *ret_up) {
        static const char *const not_up[] = {"initializing", "starting", "stopping"};
        CLEANUP_FREE char *state = NULL;
        int r = systemd_state(bus, &state);

        if (r < 0)
                return r;
        *ret_up = true;
        for (size_t i = 0; i < sizeof(not_up) / sizeof(not_up[0]); i++)
                *ret_up = *ret_up && strcmp(state, not_up[i]) != 0;
        return 0;
}

typedef struct ApplyOptions {
        bool at_switch;
        bool nothing_declared;
} ApplyOptions;

/* @ret_unsettled: there were containers that were still being started, some of them by another unit than they have now. */
static int apply_once(sd_bus *bus, const ApplyOptions *options, bool *ret_unsettled) {
        CLEANUP(free_declared) Declared declared = DECLARED_NULL;
        char *nothing[] = {NULL};
        int r;

        *ret_unsettled = false;
        r = read_declared(&declared, options->nothing_declared ? nothing : NULL, 0);
        if (r >= 0) {
                *ret_unsettled = apply_find_unsettled(&declared.plan, bus) > 0;
                if (plan_is_empty(&declared.plan)) {
                        if (!declared.manifest.is_incomplete)
                                printf("All containers are as declared.\n");
                } else {
                        if (!options->at_switch)
                                r = systemd_reload(bus);
                        if (r >= 0)
                                r = apply_plan(&declared.plan, bus, isatty(STDOUT_FILENO));
                }
        }
        return is_incomplete(&declared) ? -EINVAL : r;
}

static int apply(sd_bus *bus, const ApplyOptions *options) {
        bool unsettled, up = true;
        int r = options->at_switch ? read_host_is_up(bus, &up) : 0, again;

        if (r < 0)
                return r;
        if (!up) {
                printf("The host is booting or shutting down: systemd starts or stops the containers.\n");
                return 0;
        }
        records_clean();
        r = apply_once(bus, options, &unsettled);
        again = unsettled ? apply_once(bus, options, &unsettled) : 0;
        return r < 0 ? r : again;
}

int verb_apply(int argc, char *argv[]) {
        static const struct option long_options[] = {
                {"at-switch", no_argument, NULL, 's'}, {"none", no_argument, NULL, 'n'}, {0}};
        ApplyOptions options = {0};
        int option;
        CLEANUP_BUS sd_bus *bus = NULL;

        while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
                if (option == '?')
                        return EXIT_FAILURE;
                options.at_switch = options.at_switch || option == 's';
                options.nothing_declared = options.nothing_declared || option == 'n';
        }
        if (optind < argc)
                return fail_usage(argv, "it takes no operand, got \"%s\".", argv[optind]);
        if (systemd_connect(&bus) < 0)
                return EXIT_FAILURE;
        return exit_status(apply(bus, &options));
}
