/* SPDX-License-Identifier: MIT */
/* nixos-container plan, nixos-container apply: what a switch to the declared containers would do, and doing it. */
#include <systemd/sd-daemon.h>

#include "base/words.h"
#include "bus/bus.h"
#include "bus/manager.h"
#include "cli/display.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "config.h"
#include "manifest/model.h"
#include "state/record.h"
#include "switch/apply.h"
#include "switch/print-plan.h"
#include "switch/unsettled.h"
#include "systemd/log.h"

/* Reads what is declared in @files, or in the host's manifests if @files is NULL, and makes the plan. */
static int read_declared(Arena *arena, char *const files[], int files_length, Manifest *ret_manifest, Plan *ret_plan) {
        int r;

        model_load(ret_manifest, arena, "", files, files_length, MODEL_CLOSURES);
        r = plan_make(ret_plan, ret_manifest, "");
        manifest_close(ret_manifest);
        return r;
}

static void print_unchanged(void) {
        printf("All containers are as declared.\n");
}

int verb_plan(int argc, char *argv[]) {
        int json = false, none = false;
        const struct option options[] = {{"json", no_argument, &json, true}, {"none", no_argument, &none, true}, {0}};
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_MANIFEST Manifest manifest = MANIFEST_NULL;
        CLEANUP_PLAN Plan plan = PLAN_NULL;
        CLEANUP_BUS sd_bus *bus = NULL;
        char **files;
        int r = read_operands(argc, argv, options, OPERANDS_ANY);

        if (r < 0)
                return r;
        files = none || optind < argc ? argv + optind : NULL;
        r = read_declared(&arena, files, argc - optind, &manifest, &plan);
        /* Where no systemd runs there is nothing to be asked of it. */
        if (r >= 0 && sd_booted() > 0 && (r = systemd_connect(&bus)) >= 0)
                r = unsettled_find_removed(&plan, bus);
        if (r < 0)
                return r;
        if (json)
                plan_print_json(&plan, stdout);
        else if (plan_is_empty(&plan) && !manifest.is_incomplete)
                print_unchanged();
        else
                plan_print(&plan, stdout, wants_colour(stdout));
        if (log_unread(&manifest))
                return -EINVAL;
        return plan_is_empty(&plan) ? EXIT_SUCCESS : EXIT_CHANGES;
}

/* Whether the host has booted, as before that autoStart starts containers, and is not shutting down, when systemd stops them: 1 or 0. With
 * @none they are to be stopped also while it boots. */
static int host_is_up(sd_bus *bus, bool none) {
        CLEANUP_FREE char *state = NULL, *booted = NULL;
        int r = systemd_state(bus, &state);

        if (r < 0 || strcmp(state, "stopping") == 0)
                return r < 0 ? r : 0;
        if (none)
                return 1;
        /* The boot may have other things to do for long after that. */
        booted = unit_property(bus, "multi-user.target", "ActiveState");
        if (!booted)
                return log_error(EIO, "Failed to get the state of multi-user.target from systemd.");
        return strcmp(booted, "active") == 0;
}

/* @ret_unsettled: there were containers that were still being started, some of them by another unit than they have now. */
static int apply_once(sd_bus *bus, bool at_switch, bool none, bool *ret_unsettled) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_MANIFEST Manifest manifest = MANIFEST_NULL;
        CLEANUP_PLAN Plan plan = PLAN_NULL;
        char *const no_files[] = {NULL};
        int r = read_declared(&arena, none ? no_files : NULL, 0, &manifest, &plan);

        *ret_unsettled = r >= 0 && unsettled_find(&plan, bus) > 0;
        if (r >= 0 && plan_is_empty(&plan)) {
                if (!manifest.is_incomplete)
                        print_unchanged();
        } else if (r >= 0) {
                if (!at_switch)
                        r = systemd_reload(bus);
                if (r >= 0)
                        r = apply_plan(&plan, bus, isatty(STDOUT_FILENO));
        }
        return log_unread(&manifest) ? -EINVAL : r;
}

/* Has systemd restart those services for all containers whose program is that of another version. They run on while it is exchanged. */
static void restart_outdated_services(sd_bus *bus) {
        static const char *const units[] = {ENDS_UNIT, RULES_UNIT, NIX_ROOTS_UNIT};

        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
                pid_t pid = service_main_process(bus, units[i]);
                char link[32], program[PATH_MAX];
                ssize_t length;

                snprintf(link, sizeof(link), "/proc/%i/exe", (int)pid);
                length = pid > 0 ? readlink(link, program, sizeof(program) - 1) : -1;
                if (length < 0)
                        continue;
                program[length] = '\0';
                if (strcmp(program, LIBEXECDIR "/container-runtime") != 0)
                        ignore_failure(systemd_call(bus, "TryRestartUnit", NULL, NULL, "ss", units[i], "replace"));
        }
}

int verb_apply(int argc, char *argv[]) {
        int before_switch = false, at_switch = false, none = false;
        const struct option options[] = {{"before-switch", no_argument, &before_switch, true},
                {"at-switch", no_argument, &at_switch, true}, {"none", no_argument, &none, true}, {0}};
        CLEANUP_BUS sd_bus *bus = NULL;
        bool unsettled;
        int r, up = 1, again;

        if ((r = read_operands(argc, argv, options, OPERANDS_NONE)) < 0)
                return r;
        if (before_switch && (at_switch || none))
                return fail_usage(argv, "--before-switch cannot be combined with other options.");
        if ((r = systemd_connect(&bus)) < 0)
                return r;
        if (before_switch)
                return unsettled_mark_others(bus);
        if (at_switch && (r = up = host_is_up(bus, none)) < 0)
                return r;
        if (!up) {
                printf("The host is booting or shutting down, leaving the containers to systemd.\n");
                return 0;
        }
        if (at_switch)
                restart_outdated_services(bus);
        records_clean();
        r = apply_once(bus, at_switch, none, &unsettled);
        again = unsettled ? apply_once(bus, at_switch, none, &unsettled) : 0;
        record_clear_others();
        return r < 0 ? r : again;
}
