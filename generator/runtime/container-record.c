/* container-record: makes and removes the record of a container, see record.h. The container's unit runs it first and
 * last.
 *
 *   container-record start DIRECTORY CONTAINER PROGRAM [ARGUMENT…]
 *       Makes the record, and on the host what it says. Then becomes PROGRAM, systemd-nspawn: systemd takes longer to run
 *       a process than all of that takes.
 *   container-record create DIRECTORY CONTAINER
 *       Copies the container's unit from the generator's DIRECTORY into the record, and takes its [X-…] sections apart.
 *       If another container has something that this one claims, waits for it if it is about to give it up; otherwise
 *       says which and fails. The first thing that start does.
 *   container-record reload PROGRAM [ARGUMENT…]
 *       Becomes PROGRAM, for which a reload waits without a limit: systemd's limit for a start is for reloads too.
 *   container-record reloaded CONTAINER SYSTEM
 *       Notes that another system than that of the record has been activated in the container.
 *   container-record remove CONTAINER
 *       Undoes what the record says was added, and removes the record. Does nothing if there is none. If the container
 *       has failed and systemd is older than it should be, says that.
 *   container-record resolv-conf
 *       Brings up to date what containers see of the host's resolv.conf, see resolv-conf.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/run-program.h"
#include "config.h"
#include "runtime/foreign-network.h"
#include "runtime/idmap.h"
#include "runtime/prepare.h"
#include "runtime/resolv-conf.h"
#include "runtime/root-directory.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

/* The oldest version of systemd that has all that containers need. nixos-module/host.nix asks for it too. */
#define SYSTEMD_MIN 256

static __attribute__((noreturn)) void fail_usage(void) {
        fprintf(stderr,
                "Usage: %1$s start DIRECTORY CONTAINER PROGRAM [ARGUMENT…]\n"
                "       %1$s create DIRECTORY CONTAINER\n"
                "       %1$s reload PROGRAM [ARGUMENT…]\n"
                "       %1$s reloaded CONTAINER SYSTEM\n"
                "       %1$s remove CONTAINER\n"
                "       %1$s resolv-conf\n"
                "The units of nixos-container-generator(8) run it.\n",
                program_invocation_short_name);
        exit(EXIT_FAILURE);
}

/* A name that leads nowhere else. */
static bool is_plain_name(const char *name) {
        return name[0] != '\0' && name[0] != '.' && !strchr(name, '/') && strlen(name) <= 64;
}

static const char *container_operand(const char *name) {
        if (!is_plain_name(name))
                fail_usage();
        return name;
}

/* Whether the container has the name servers of the host also when they change. */
static bool follows_host(char *const program[]) {
        for (size_t i = 0; program[i]; i++)
                if (strstr(program[i], RECORDS_DIRECTORY "/" RESOLV_CONF_DIRECTORY "/"))
                        return true;
        return false;
}

/* Makes the container's root directory and *program, the arguments of systemd-nspawn, what they have to be. */
static bool prepare_container(Arena *arena, const char *container, char **program[]) {
        const char *root = nspawn_value(*program, "--directory=");

        /* What can be wrong with that is no reason not to start. */
        if (follows_host(*program))
                (void)resolv_conf_update();
        if (root)
                resolv_conf_forget(root);
        return prepare_root_directory(container, *program) && idmap_arguments(arena, container, *program, program) &&
               prepare_foreign_network(container, *program);
}

/* Returns only if that fails. */
static bool become(char *program[]) {
        execv(program[0], program);
        log_message(LOG_ERR, "%s: %s", program[0], strerror(errno));
        return false;
}

static bool start(const char *directory, const char *container, char *program[]) {
        Arena arena = ARENA_NULL;
        pid_t listening = 0;
        bool good;

        good = record_create(directory, container) && prepare(container, program, &listening) &&
               prepare_container(&arena, container, &program);
        /* As it is no loss to the container if another program has a port, that is only logged. Connections wait for it. */
        if (listening > 0)
                ignore_failure(end_program(listening));
        if (good)
                (void)become(program);
        arena_free(&arena);
        return false;
}

/* What is being activated may do what a start does, and more. A year is no limit. sd_notify(3) */
static bool reload(char *program[]) {
        (void)sd_notify(true, "EXTEND_TIMEOUT_USEC=31536000000000");
        return become(program);
}

/* The version of systemd that systemd-nspawn is of, 0 if it does not say. */
static long nspawn_version(void) {
        static const char name[] = "systemd ";
        FILE *output = popen(TOOL_SYSTEMD_NSPAWN " --version", "re");
        char line[64];
        long version = 0;

        if (!output)
                return 0;
        if (fgets(line, sizeof(line), output) && strncmp(line, name, strlen(name)) == 0)
                version = strtol(line + strlen(name), NULL, 10);
        (void)pclose(output);
        return version;
}

/* If the container has failed, as systemd tells what it runs then, says whether systemd may be too old: what systemd-nspawn says of an
 * option that it does not know does not. systemd.exec(5) */
static void explain_failure(const char *container) {
        const char *result = getenv("SERVICE_RESULT");
        long version;

        if (!result || strcmp(result, "success") == 0)
                return;
        version = nspawn_version();
        if (version > 0 && version < SYSTEMD_MIN)
                log_message(LOG_ERR,
                        "Container %s has failed, maybe because containers need systemd %i or newer, "
                        "and " TOOL_SYSTEMD_NSPAWN " is of systemd %li.",
                        container, SYSTEMD_MIN, version);
}

static bool remove_container(const char *container) {
        explain_failure(container);
        return record_remove(container);
}

int main(int argc, char *argv[]) {
        bool good;

        if (argc >= 5 && strcmp(argv[1], "start") == 0)
                good = start(argv[2], container_operand(argv[3]), argv + 4);
        else if (argc == 4 && strcmp(argv[1], "create") == 0)
                good = record_create(argv[2], container_operand(argv[3]));
        else if (argc >= 3 && strcmp(argv[1], "reload") == 0)
                good = reload(argv + 2);
        else if (argc == 4 && strcmp(argv[1], "reloaded") == 0)
                good = record_set_system(container_operand(argv[2]), argv[3]);
        else if (argc == 3 && strcmp(argv[1], "remove") == 0)
                good = remove_container(container_operand(argv[2]));
        else if (argc == 2 && strcmp(argv[1], "resolv-conf") == 0)
                good = resolv_conf_follow();
        else
                fail_usage();
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
