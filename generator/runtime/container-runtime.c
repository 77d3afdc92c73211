/* SPDX-License-Identifier: MIT */
/* container-runtime: makes, updates and removes the record of a container, see record.h, and what it says is there. The container's unit
 * runs it first, a service behind its end, and nixos-container when it changes a container that runs.
 *
 *   container-runtime start DIRECTORY CONTAINER PROGRAM [ARGUMENT…]
 *       Makes the record, and on the host what it says. Then becomes PROGRAM, systemd-nspawn: systemd takes longer to run
 *       a process than all of that takes.
 *   container-runtime create DIRECTORY CONTAINER
 *       Copies the container's unit and its [X-…] sections from the generator's DIRECTORY into the record, a file each.
 *       If another container has something that this one claims, waits for it if it is about to give it up; otherwise
 *       says which and fails. The first thing that start does.
 *   container-runtime switch CONTAINER LIMIT SYSTEM
 *       Activates another system in the container, see reload.h, and notes that it was.
 *   container-runtime reload [LIMIT] PROGRAM [ARGUMENT…]
 *       Has PROGRAM, systemd-run(1), run what its arguments end with in the container, see reload.h. That may take as long as LIMIT says,
 *       and has a while to end then. Without a LIMIT, as the units of earlier versions have it, it is 10min.
 *   container-runtime reloaded CONTAINER SYSTEM
 *       Notes that another system than that of the record has been activated in the container, see reload.h. Units of earlier versions run
 *       these two.
 *   container-runtime give-up DIRECTORY CONTAINER
 *   container-runtime update DIRECTORY CONTAINER [SOURCE MOUNTPOINT ro|rw]…
 *       Change a container that runs into what its unit says, in two steps, see update.h. What is given is mounted in it.
 *   container-runtime renew CONTAINER [SOURCE MOUNTPOINT ro|rw]…
 *       Mounts again what is given, as there are other files at these host paths than when it started.
 *   container-runtime remove CONTAINER
 *       Undoes what the record says was added, and removes the record. Does nothing if there is none.
 *   container-runtime end CONTAINER
 *       The same if the container has ended: does nothing if it runs.
 *   container-runtime watch-ends
 *       Does that whenever a container has ended, see ends.h.
 *   container-runtime wait CONTAINER LIMIT PATH… --
 *       Waits until all of PATH are there, at most as long as LIMIT says. That they are not is no failure: the start of the container, which
 *       follows, says why it matters. Run by a unit of its own, as systemd looks up allowed devices before it runs anything.
 *   container-runtime rules
 *       Puts back the rules of nftables that the containers have.
 *   container-runtime watch-rules
 *       Does that whenever somebody has deleted them, see rules.h.
 *   container-runtime watch-nix-roots
 *       Has the host's Nix keep what containers have installed, see nix-watch.h.
 *   container-runtime resolv-conf
 *       Brings up to date what containers see of the host's resolv.conf, see resolv-conf.h. */
#include "base/words.h"
#include "runtime/ends.h"
#include "runtime/failure.h"
#include "runtime/journal.h"
#include "runtime/nix-own.h"
#include "runtime/nix-watch.h"
#include "runtime/reload.h"
#include "runtime/resolv-conf.h"
#include "runtime/rules.h"
#include "runtime/sources.h"
#include "runtime/start.h"
#include "runtime/stop.h"
#include "runtime/update.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"
#include "systemd/time-span.h"
#include "systemd/unit-name.h"

static __attribute__((noreturn)) void fail_usage(void) {
        fprintf(stderr,
                "Usage: %1$s start DIRECTORY CONTAINER PROGRAM [ARGUMENT…]\n"
                "       %1$s create DIRECTORY CONTAINER\n"
                "       %1$s switch CONTAINER LIMIT SYSTEM\n"
                "       %1$s reload [LIMIT] PROGRAM [ARGUMENT…]\n"
                "       %1$s reloaded CONTAINER SYSTEM\n"
                "       %1$s give-up DIRECTORY CONTAINER\n"
                "       %1$s update DIRECTORY CONTAINER [SOURCE MOUNTPOINT ro|rw]…\n"
                "       %1$s renew CONTAINER [SOURCE MOUNTPOINT ro|rw]…\n"
                "       %1$s remove CONTAINER\n"
                "       %1$s end CONTAINER\n"
                "       %1$s watch-ends\n"
                "       %1$s wait CONTAINER LIMIT PATH… --\n"
                "       %1$s rules\n"
                "       %1$s watch-rules\n"
                "       %1$s watch-nix-roots\n"
                "       %1$s resolv-conf\n"
                "Run by the units of nixos-container-generator(8).\n",
                program_invocation_short_name);
        exit(EXIT_FAILURE);
}

/* A name that leads nowhere else. What there is to be said from then on is about it. */
static const char *container_operand(const char *name) {
        if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') || strlen(name) > 64)
                fail_usage();
        journal_open(name);
        return name;
}

/* @program is systemd-run(1), and what it is to run in the container that it says is at its end. */
static int reload(const char *limit, char *const program[], int length) {
        const char *container = nspawn_value((char **)program, "--machine=");
        uint64_t usec;

        if (length < 4 || !container || !time_span_parse(limit, &usec))
                fail_usage();
        nix_own_publish(container_operand(container), program);
        return container_reload(container, limit, program);
}

static int switch_system(const char *container, const char *limit, const char *system) {
        uint64_t usec;

        if (!time_span_parse(limit, &usec) || system[0] != '/')
                fail_usage();
        return container_switch(container_operand(container), limit, system);
}

/* What is about all containers. */
static int run_for_all(int (*function)(void)) {
        journal_open(NULL);
        return function();
}

/* Returns only if it fails. */
static int start(const char *directory, const char *container, char *program[]) {
        int r = container_start(directory, container, program);

        failure_notify(container);
        return r;
}

static int wait_for_sources(const char *container, const char *limit, char *const paths[], size_t length) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        uint64_t usec;

        if (!time_span_parse(limit, &usec))
                fail_usage();
        container = container_operand(container);
        journal_set_subject(container_unit(&arena, container));
        sources_wait(container, usec, paths, length);
        journal_set_subject(NULL);
        return 0;
}

/* The operands SOURCE MOUNTPOINT ro|rw, as often as they are there. */
static char **mount_operands(char *operands[], size_t length) {
        for (size_t i = 2; i < length; i += 3)
                if (!is_one_of(operands[i], "ro", "rw"))
                        fail_usage();
        return operands;
}

int main(int argc, char *argv[]) {
        const char *verb = argc > 1 ? argv[1] : "";
        int r;

        if (argc >= 5 && strcmp(verb, "start") == 0)
                r = start(argv[2], container_operand(argv[3]), argv + 4);
        else if (argc == 4 && strcmp(verb, "create") == 0)
                r = container_create(argv[2], container_operand(argv[3]));
        else if (argc == 5 && strcmp(verb, "switch") == 0)
                r = switch_system(argv[2], argv[3], argv[4]);
        else if (argc >= 3 && strcmp(verb, "reload") == 0 && argv[2][0] == '/')
                r = reload("10min", argv + 2, argc - 2);
        else if (argc >= 4 && strcmp(verb, "reload") == 0)
                r = reload(argv[2], argv + 3, argc - 3);
        else if (argc == 4 && strcmp(verb, "reloaded") == 0)
                r = container_switched(container_operand(argv[2]), argv[3]);
        else if (argc == 4 && strcmp(verb, "give-up") == 0)
                r = container_give_up(argv[2], container_operand(argv[3]));
        else if (argc >= 4 && argc % 3 == 1 && strcmp(verb, "update") == 0)
                r = container_update(argv[2], container_operand(argv[3]), mount_operands(argv + 4, (size_t)argc - 4),
                        (size_t)argc - 4);
        else if (argc >= 3 && argc % 3 == 0 && strcmp(verb, "renew") == 0)
                r = container_renew(
                        container_operand(argv[2]), mount_operands(argv + 3, (size_t)argc - 3), (size_t)argc - 3);
        else if (argc == 3 && strcmp(verb, "remove") == 0)
                r = container_remove(container_operand(argv[2]));
        else if (argc == 3 && strcmp(verb, "end") == 0)
                r = container_end(container_operand(argv[2]));
        else if (argc >= 6 && strcmp(verb, "wait") == 0 && strcmp(argv[argc - 1], "--") == 0)
                r = wait_for_sources(argv[2], argv[3], argv + 4, (size_t)argc - 5);
        else if (argc == 2 && strcmp(verb, "resolv-conf") == 0)
                r = run_for_all(resolv_conf_follow);
        else if (argc == 2 && strcmp(verb, "rules") == 0)
                r = run_for_all(rules_restore);
        else if (argc == 2 && strcmp(verb, "watch-ends") == 0)
                r = run_for_all(ends_watch);
        else if (argc == 2 && strcmp(verb, "watch-rules") == 0)
                r = run_for_all(rules_watch);
        else if (argc == 2 && strcmp(verb, "watch-nix-roots") == 0)
                r = run_for_all(nix_watch);
        else
                fail_usage();
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
