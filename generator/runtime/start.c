/* SPDX-License-Identifier: MIT */
#include "runtime/start.h"

#include "runtime/address-families.h"
#include "runtime/control-group.h"
#include "runtime/files.h"
#include "runtime/foreign-network.h"
#include "runtime/generated.h"
#include "runtime/host-paths.h"
#include "runtime/idmap.h"
#include "runtime/machine.h"
#include "runtime/nix-own.h"
#include "runtime/prepare.h"
#include "runtime/resolv-conf.h"
#include "runtime/root-directory.h"
#include "runtime/root-writers.h"
#include "runtime/secrets.h"
#include "runtime/sources.h"
#include "runtime/stop.h"
#include "runtime/wait.h"
#include "state/control-groups.h"
#include "state/profile.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

/* The longest that another container is waited for that is to give up what this one claims, in milliseconds. */
#define CLAIM_WAIT_MAX 30000

/* What an earlier run has left behind that did not get to its end. */
static int remove_last_run(const char *container) {
        int r = record_may_exist(container) ? container_remove(container) : 0;

        return r < 0 ? log_error(r, "Container %s cannot start: failed to remove the stale state of its previous run.",
                               container)
                     : 0;
}

/* Takes the claims. One that another container is about to give up is waited for, without keeping the records from others: that one's
 * end needs them. One that has ended is brought to its end here. Returns the records. */
static int open_records_with_claims(const char *directory, const char *container, const Buffer *claims) {
        bool tried = false;

        for (unsigned waited = 0;; wait_a_moment(&waited)) {
                CLEANUP_CLOSE int records = records_open();
                ClaimConflict conflict;
                bool has_ended;
                int r = records;

                if (r < 0 || (r = record_drop_other(records, container)) < 0)
                        return r;
                r = claims_take(records, container, claims, &conflict);
                if (r == 0)
                        return take_fd(&records);
                ignore_failure(claims_release(records, container, claims, &BUFFER_NULL));
                if (r < 0)
                        return r;
                has_ended = control_groups_has_ended(conflict.holder);
                if (!tried && (has_ended || record_has_file(records, conflict.holder, RECORD_ENDING) > 0)) {
                        tried = true;
                        cleanup_close(&records);
                        records = -1;
                        ignore_failure(has_ended ? container_end(conflict.holder) : container_remove(conflict.holder));
                        continue;
                }
                if (waited >= CLAIM_WAIT_MAX || !generated_is_giving_up(directory, &conflict))
                        return log_error(EBUSY, "Container %s cannot start: %s is in use by container %s.", container,
                                conflict.claim, conflict.holder);
                if (waited == 0)
                        log_message(LOG_INFO, "Container %s is waiting for container %s to release %s.", container,
                                conflict.holder, conflict.claim);
        }
}

int container_create(const char *directory, const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer unit = BUFFER_NULL;
        CLEANUP_RECORD_PARTS RecordParts parts = RECORD_PARTS_NULL;
        CLEANUP_CLOSE int records = -1;
        const char *other = machine_other_unit(&arena, container);
        int r;

        /* systemd-nspawn would refuse it too, but then remove what that machine has below /run. */
        if (other)
                return log_error(
                        EBUSY, "Container %s cannot start: %s already runs a machine of that name.", container, other);
        r = generated_read(directory, container, &unit);
        if (r < 0)
                return r;
        parts = record_parts_of(&unit);
        r = remove_last_run(container);
        if (r < 0)
                return r;
        records = open_records_with_claims(directory, container, &parts.claims);
        if (records < 0)
                return records;
        /* The root of an ephemeral container that had no end of its own. */
        if ((r = files_remove(&parts.tmpfiles)) < 0 || (r = control_groups_note(records, container)) < 0 ||
                (r = record_write(records, container, &unit, false)) < 0)
                ignore_failure(claims_release(records, container, &parts.claims, &BUFFER_NULL));
        record_clear_start(records, container);
        return r;
}

/* Whether the container has the name servers of the host also when they change. */
static bool follows_host(char *const program[]) {
        for (size_t i = 0; program[i]; i++)
                if (strstr(program[i], RECORDS_DIRECTORY "/" RESOLV_CONF_DIRECTORY "/"))
                        return true;
        return false;
}

/* A system in a profile is what the host's leads to by now: the link of that name in the container is the container's own. */
static int resolve_system(Arena *arena, const char *container, char *program[]) {
        const char *init;
        size_t length = 0;

        while (program[length])
                length++;
        init = profile_system(arena, "", container, program[length - 1]);
        if (!init || init == program[length - 1])
                return 0;
        program[length - 1] = arena_copy(arena, init, strlen(init));
        return record_set_system(container, arena_copy(arena, init, (size_t)(strrchr(init, '/') - init)));
}

/* Makes the container's root directory and *program, the arguments of systemd-nspawn, what they have to be. */
static int prepare_container(Arena *arena, const char *container, char **program[]) {
        const char *root = nspawn_value(*program, "--directory=");
        CLEANUP_BUFFER Buffer written = BUFFER_NULL;
        int r = record_read(container, RECORD_WRITTEN, &written);

        if (r < 0 || (root && (r = host_paths_check_root(container, &written, root)) < 0) ||
                (r = root_writers_check(container, *program)) < 0)
                return r;
        /* What can be wrong with that is no reason not to start. */
        if (follows_host(*program))
                ignore_failure(resolv_conf_update());
        if (root)
                resolv_conf_forget(root);
        if ((r = prepare_address_families(container, *program)) < 0 ||
                (r = secrets_note(container, &written, *program)) < 0 ||
                (r = nix_own_prepare(arena, container, *program)) < 0 ||
                (r = resolve_system(arena, container, *program)) < 0 ||
                (r = prepare_root_directory(container, *program)) < 0 ||
                (r = host_paths_pin(arena, container, &written, *program)) < 0 ||
                (r = idmap_arguments(arena, container, *program, program)) < 0 ||
                (r = prepare_foreign_network(container, *program)) < 0)
                return r;
        /* Again, as one may have started since. What starts from here on takes longer than what is left to do here. */
        return root_writers_check(container, *program);
}

/* Before anything is created. */
static int check_sources(const char *container, char *const program[]) {
        CLEANUP_BUFFER Buffer sources = BUFFER_NULL, written = BUFFER_NULL;
        int r = record_read(container, RECORD_SOURCES, &sources);

        if (r < 0 || sources.length == 0 || (r = record_read(container, RECORD_WRITTEN, &written)) < 0)
                return r;
        return sources_check(container, &sources, &written, program);
}

int become(char *program[]) {
        execv(program[0], program);
        return log_error(negative_errno(), "Failed to run %s: %m", program[0]);
}

int container_start(const char *directory, const char *container, char *program[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int r;

        if ((r = control_group_check(container)) >= 0 && (r = container_create(directory, container)) >= 0)
                r = root_writers_note(container, program);
        if (r >= 0)
                r = check_sources(container, program);
        if (r >= 0)
                r = prepare(&arena, container, program);
        if (r >= 0)
                r = prepare_container(&arena, container, &program);
        return r < 0 ? r : become(program);
}
