/* SPDX-License-Identifier: MIT */
#include "runtime/update.h"

#include "base/lines.h"
#include "bus/machined.h"
#include "netfilter/blocked.h"
#include "runtime/conntrack.h"
#include "runtime/files.h"
#include "runtime/forwards.h"
#include "runtime/generated.h"
#include "runtime/loaded-rules.h"
#include "runtime/localhost.h"
#include "runtime/root-writers.h"
#include "runtime/secrets.h"
#include "runtime/sources.h"
#include "state/claims.h"
#include "state/format.h"
#include "state/record.h"
#include "state/secrets.h"
#include "systemd/log.h"

/* What a running container has and what it is to have. */
typedef struct Update {
        const char *container;
        int records;
        Buffer unit; /* the generated one */
        RecordParts new, old;
        Buffer secrets; /* with those of the mounts that it gets */
} Update;

static void update_free(Update *update) {
        cleanup_close(&update->records);
        buffer_free(&update->unit);
        record_parts_free(&update->new);
        record_parts_free(&update->old);
        buffer_free(&update->secrets);
}

/* Fails if the container does not run, or was started by another version. */
static int check_runs(const Update *u) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *unknown;
        int r = record_exists(u->records, u->container);

        if (r == 0)
                return log_error(ESRCH, "Container %s is not running.", u->container);
        if (r > 0)
                r = record_check_format(&arena, arena_join(&arena, RECORDS_DIRECTORY "/", u->container), &unknown);
        if (r >= 0 && unknown)
                return log_error(EPROTONOSUPPORT, "Container %s was %s.", u->container, unknown);
        return r;
}

/* Locks the records, and reads that of the container. */
static int lock_record(Update *u, RecordParts *ret_parts) {
        int r;

        if ((r = u->records = records_open()) < 0 || (r = check_runs(u)) < 0)
                return r;
        return record_read_parts(u->container, ret_parts);
}

/* With the files that it needs, unless @mounts is NULL. */
static int read_update(Update *u, const char *directory, char *const mounts[], size_t length) {
        int r = generated_read(directory, u->container, &u->unit);

        if (r < 0)
                return r;
        u->new = record_parts_of(&u->unit);
        if (mounts && ((r = record_read(u->container, RECORD_SECRETS, &u->secrets)) < 0 ||
                              (r = secrets_append(&u->secrets, mounts, length)) < 0 ||
                              (r = sources_check_added(u->container, &u->new.sources, mounts, length)) < 0 ||
                              (r = files_create(&u->new.tmpfiles)) < 0))
                return r;
        return lock_record(u, &u->old);
}

/* Nobody else waits for what waits for another program. */
static void unlock(Update *u) {
        cleanup_close(&u->records);
        u->records = -1;
}

/* Locks the records again, unless that of the container is not as @before: it has ended meanwhile, or somebody else has changed it. Then
 * nothing there is for this to undo. */
static int lock_again(Update *u, const RecordParts *before) {
        CLEANUP_RECORD_PARTS RecordParts now = RECORD_PARTS_NULL;
        int r = lock_record(u, &now);

        if (r >= 0 && !record_parts_are_same(&now, before))
                r = log_error(EAGAIN, "Container %s was changed by another process.", u->container);
        if (r < 0)
                unlock(u);
        return r;
}

/* Mounts what is given: of each a source, a mount point, and "ro" or "rw". */
static int attach(const Update *u, char *const mounts[], size_t length) {
        CLEANUP_BUS sd_bus *bus = NULL;
        int r = length > 0 ? host_bus_connect(&bus) : 0;

        for (size_t i = 0; i < length && r >= 0; i += 3) {
                CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
                const char *source = mounts[i], *mount_point = mounts[i + 1];
                bool is_read_only = strcmp(mounts[i + 2], "ro") == 0;

                r = is_read_only ? 0 : root_writers_note_path(u->container, source);
                if (r < 0)
                        break;
                r = machine_bind_mount(bus, u->container, source, mount_point, is_read_only, &error);
                if (r < 0)
                        log_message(LOG_ERR, "Container %s: failed to mount %s at %s: %s", u->container, source,
                                mount_point, machine_error_text(&error, r));
        }
        return r;
}

static bool closes_ports(const Update *u) {
        for_each_line(line, end, &u->old.localhost) {
                if (!has_line(&u->new.localhost, line, (size_t)(end - line)))
                        return true;
        }
        return false;
}

/* Has others do their part, who may take their time: mounts what is given, and closes the ports of localhost that are given up. */
static int change_by_others(Update *u, char *const mounts[], size_t length) {
        CLEANUP_RECORD_PARTS RecordParts before = RECORD_PARTS_NULL;
        int r;

        if (length == 0 && !closes_ports(u))
                return 0;
        if ((r = record_mark(u->records, u->container, RECORD_UNFINISHED)) < 0 ||
                (r = record_read_parts(u->container, &before)) < 0)
                return r;
        unlock(u);
        if ((r = attach(u, mounts, length)) < 0 ||
                (r = localhost_close(u->container, &u->old.localhost, &u->new.localhost)) < 0) {
                ignore_failure(lock_again(u, &before));
                return r;
        }
        return lock_again(u, &before);
}

static int add_forwards(const Update *u, const Buffer *script) {
        int r = forwards_try_to_add_elements(script) ? 0 : forwards_add(script);

        return r < 0 ? r : loaded_rules_set(u->records, u->container, script);
}

/* All of them, also what an earlier one did not get to the end of. Of the forwards, @kept are to stay, and are added again. */
static int give_up_anew(Update *u, const Buffer *kept, size_t left) {
        int r = forwards_remove(u->records, u->container);

        if (r >= 0 && left > 0)
                r = record_replace_file(u->records, u->container, RECORD_NFT, kept);
        return r < 0 || left == 0 ? r : add_forwards(u, kept);
}

static int give_up_some_forwards(Update *u, const Buffer *kept) {
        int r;

        if ((r = record_replace_file(u->records, u->container, RECORD_NFT_ENDING, &u->old.nft)) < 0 ||
                (r = record_replace_file(u->records, u->container, RECORD_NFT, kept)) < 0 ||
                (r = loaded_rules_set(u->records, u->container, kept)) < 0 ||
                (r = forwards_delete(&u->old.nft, &u->new.nft)) < 0)
                return r;
        return record_remove_file(u->records, u->container, RECORD_NFT_ENDING);
}

static int give_up_forwards(Update *u) {
        CLEANUP_BUFFER Buffer kept = BUFFER_NULL;
        size_t taken, left;
        int begun, r;

        buffer_append(&kept, u->old.nft.text, u->old.nft.length);
        left = forwards_keep(&kept, &u->new.nft, &taken);
        r = taken > 0 ? record_mark(u->records, u->container, RECORD_UNFINISHED) : 0;
        if (r < 0)
                return r;
        begun = record_has_file(u->records, u->container, RECORD_NFT_ENDING);
        if (begun < 0 || (begun == 0 && taken == 0))
                return begun;
        return begun > 0 || left == 0 ? give_up_anew(u, &kept, left) : give_up_some_forwards(u, &kept);
}

/* Releases what the container is to have no longer. At each moment the record says at least what there is, so that the container's
 * end removes it, but nothing any more that another container may take. */
static int give_up(Update *u) {
        int r = give_up_forwards(u);

        return r < 0 ? r : claims_release(u->records, u->container, &u->old.claims, &u->new.claims);
}

int container_give_up(const char *directory, const char *container) {
        CLEANUP(update_free) Update update = {.container = container, .records = -1};
        int r;

        if ((r = read_update(&update, directory, NULL, 0)) < 0 || (r = change_by_others(&update, NULL, 0)) < 0)
                return r;
        return give_up(&update);
}

/* Takes the claims that the container has not yet. The record says so before, so that the container's end gives them up. */
static int take_more(Update *u) {
        CLEANUP_BUFFER Buffer all = BUFFER_NULL;
        ClaimConflict conflict;
        int r = 0;

        buffer_append(&all, u->old.claims.text, u->old.claims.length);
        for_each_line(line, end, &u->new.claims) {
                if (!has_line(&all, line, (size_t)(end - line)))
                        buffer_append(&all, line, (size_t)(end + 1 - line));
        }
        if (all.length > u->old.claims.length)
                r = record_replace_file(u->records, u->container, RECORD_CLAIMS, &all);
        if (r >= 0)
                r = claims_take(u->records, u->container, &u->new.claims, &conflict);
        if (r == 0)
                return 0;
        if (r > 0)
                r = log_error(EBUSY, "Container %s cannot claim %s, which is in use by container %s.", u->container,
                        conflict.claim, conflict.holder);
        /* All that it has not had before. */
        ignore_failure(claims_release(u->records, u->container, &u->new.claims, &u->old.claims));
        ignore_failure(record_replace_file(u->records, u->container, RECORD_CLAIMS, &u->old.claims));
        return r;
}

/* The old record takes the place of the new one again, of which only the forwards are there. */
static void take_back(Update *u) {
        CLEANUP_BUFFER Buffer kept = BUFFER_NULL;

        ignore_failure(record_rename_file(u->records, u->container, RECORD_NFT, RECORD_NFT_ENDING));
        if (u->new.nft.length > 0)
                ignore_failure(forwards_delete(&u->new.nft, &u->old.nft));
        ignore_failure(record_take_back(u->records, u->container));
        if (record_read(u->container, RECORD_NFT, &kept) >= 0)
                ignore_failure(loaded_rules_set(u->records, u->container, &kept));
}

/* The new record is in place before what it says is there, so that the container's end removes that in any case. */
static int exchange(Update *u) {
        int r = record_write(u->records, u->container, &u->unit, true);

        if (r < 0)
                return r;
        r = add_forwards(u, &u->new.nft);
        if (r < 0) {
                take_back(u);
                return r;
        }
        if (u->secrets.length > 0)
                ignore_failure(record_replace_file(u->records, u->container, RECORD_SECRETS, &u->secrets));
        conntrack_forget(&u->new.nft, &u->old.nft);
        ignore_failure(record_drop_other(u->records, u->container));
        if (!buffer_equals(&u->new.nft, &u->old.nft))
                blocked_warn(u->container, &u->new.network, &u->new.nft);
        return 0;
}

/* As at a start, it runs without a port that another program has. */
static int listen_and_finish(Update *u) {
        CLEANUP_BUFFER Buffer rest = BUFFER_NULL;
        int r = 0;

        if (u->new.localhost.length > 0) {
                unlock(u);
                localhost_forward(u->container, &u->new.localhost, &u->old.localhost, &rest);
                ignore_failure(localhost_listen(u->container, &rest));
                r = lock_again(u, &u->new);
        }
        return r < 0 ? r : record_remove_file(u->records, u->container, RECORD_UNFINISHED);
}

int container_update(const char *directory, const char *container, char *const mounts[], size_t length) {
        CLEANUP(update_free) Update update = {.container = container, .records = -1};
        int r;

        if ((r = read_update(&update, directory, mounts, length)) < 0 || (r = take_more(&update)) < 0)
                return r;
        if ((r = change_by_others(&update, mounts, length)) < 0 || (r = give_up(&update)) < 0 ||
                (r = exchange(&update)) < 0) {
                if (update.records >= 0)
                        ignore_failure(
                                claims_release(update.records, container, &update.new.claims, &update.old.claims));
                return r;
        }
        return listen_and_finish(&update);
}

int container_renew(const char *container, char *const mounts[], size_t length) {
        CLEANUP(update_free) Update update = {.container = container, .records = -1};
        CLEANUP_RECORD_PARTS RecordParts before = RECORD_PARTS_NULL;
        int r;

        if ((r = record_read(container, RECORD_SECRETS, &update.secrets)) < 0)
                return r;
        for (size_t i = 0; i < length; i += 3)
                secret_drop(&update.secrets, mounts[i]);
        /* Before they are mounted: what is exchanged meanwhile is so for the next switch. */
        if ((r = secrets_append(&update.secrets, mounts, length)) < 0 || (r = lock_record(&update, &before)) < 0)
                return r;
        unlock(&update);
        if ((r = attach(&update, mounts, length)) < 0 || (r = lock_again(&update, &before)) < 0)
                return r;
        return record_replace_file(update.records, container, RECORD_SECRETS, &update.secrets);
}
