/* SPDX-License-Identifier: MIT */
#include "runtime/stop.h"

#include <sys/file.h>

#include "runtime/files.h"
#include "runtime/forwards.h"
#include "runtime/links.h"
#include "runtime/localhost.h"
#include "runtime/machine.h"
#include "runtime/nix-roots.h"
#include "runtime/root-writers.h"
#include "runtime/untrusted-chain.h"
#include "runtime/untrusted-links.h"
#include "state/claims.h"
#include "state/control-groups.h"
#include "state/record.h"
#include "systemd/log.h"

/* One whose format cannot be read is gone on with as if it were known. */
static void warn_of_format(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *unknown;

        if (record_check_format(&arena, arena_join(&arena, RECORDS_DIRECTORY "/", container), &unknown) >= 0 && unknown)
                log_message(LOG_WARNING, "Container %s was %s: removing its state on the host as far as known.",
                        container, unknown);
}

/* What came of what takes its time, as it grows with what a container has made, or waits for another program. Nobody else waits for it: the
 * records are not locked meanwhile. */
typedef struct Undone {
        int tmpfiles, network, localhost;
} Undone;

/* What fails is gone on from. */
static Undone undo_slowly(const char *container, const RecordParts *added) {
        Undone undone;

        /* The largest first: an ephemeral root is in memory. */
        undone.tmpfiles = files_remove(&added->tmpfiles);
        machine_remove(container);
        /* systemd stops these when the container stops, but at its restart it restarts them. */
        undone.localhost = localhost_close(container, &added->localhost, &BUFFER_NULL);
        undone.network = links_remove(container, &added->network);
        keep_failure(&undone.network, untrusted_links_remove(container, &added->network));
        /* What it has installed at the last moment. */
        ignore_failure(nix_roots_update(container, NULL, NULL));
        return undone;
}

/* Takes a file out of the record, whose entries were undone if @r is no failure. */
static int strike(int records, const char *container, const char *file, int r) {
        return r < 0 ? r : record_remove_file(records, container, file);
}

/* What could not be undone stays in the record, and is tried again. */
static int finish(int records, const char *container, const RecordParts *added, const Undone *undone) {
        int r = strike(records, container, RECORD_NETWORK, undone->network);

        keep_failure(&r, forwards_remove(records, container));
        root_writers_forget(records, container);
        keep_failure(&r, strike(records, container, RECORD_TMPFILES, undone->tmpfiles));
        keep_failure(&r, strike(records, container, RECORD_LOCALHOST, undone->localhost));
        if (r >= 0)
                r = untrusted_chain_remove(records);
        if (r < 0) {
                ignore_failure(record_mark(records, container, RECORD_ENDING));
                return log_error(r,
                        "Container %s left stale state on the host, see above. The next start removes it, or run: "
                        "nixos-container apply",
                        container);
        }
        r = claims_release(records, container, &added->claims, &BUFFER_NULL);
        if (r < 0)
                return r;
        control_groups_forget(records, container);
        return record_delete(records, container);
}

/* Whether @fd is the directory @path, and not one that has been there before it. */
static bool is_same(int fd, const char *path) {
        struct stat own, there;

        return fstat(fd, &own) >= 0 && stat(path, &there) >= 0 && own.st_ino == there.st_ino &&
               own.st_dev == there.st_dev;
}

/* Processes that are run meanwhile inherit it. */
static int lock_record(const char *container, int operation) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *path = arena_join(&arena, RECORDS_DIRECTORY "/", container);

        for (;;) {
                CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY);

                if (fd < 0 || flock(fd, operation) < 0)
                        return negative_errno();
                if (is_same(fd, path))
                        return take_fd(&fd);
        }
}

int container_hold(const char *container) {
        int r = lock_record(container, LOCK_SH);

        return r < 0 ? log_error(r, "Failed to lock " RECORDS_DIRECTORY "/%s: %m", container) : r;
}

/* What has started there comes to its end soon. */
static int wait_for_holders(const char *container) {
        int fd = lock_record(container, LOCK_EX);

        if (fd < 0 && fd != -ENOENT)
                log_message(LOG_WARNING, "Failed to lock " RECORDS_DIRECTORY "/%s: %s", container, strerror(-fd));
        return fd;
}

/* There is no record: what is there of an earlier run that was killed while it made one, or removed it. */
static int remove_rest(const char *container) {
        CLEANUP_CLOSE int records = records_open();

        if (records < 0)
                return records;
        if (record_exists(records, container) == 0) {
                claims_release_all(records, container);
                root_writers_forget(records, container);
                control_groups_forget(records, container);
        }
        return record_drop_other(records, container);
}

/* Reads what was added, undoes it, and removes the record if nobody has changed that meanwhile. Returns 1 if somebody has. */
static int remove_once(const char *container) {
        CLEANUP_RECORD_PARTS RecordParts added = RECORD_PARTS_NULL, now = RECORD_PARTS_NULL;
        CLEANUP_CLOSE int records = -1;
        Undone undone;
        int r = record_read_parts(container, &added);

        if (r < 0)
                return r;
        undone = undo_slowly(container, &added);
        /* What is beside it is of an update that was killed. */
        if ((r = records = records_open()) < 0 || (r = record_drop_other(records, container)) < 0 ||
                (r = record_exists(records, container)) <= 0 || (r = record_read_parts(container, &now)) < 0)
                return r;
        if (!record_parts_are_same(&added, &now))
                return 1;
        return finish(records, container, &added, &undone);
}

static int remove_all(const char *container) {
        int r;

        warn_of_format(container);
        do
                r = remove_once(container);
        while (r > 0);
        return r;
}

/* @holder is of wait_for_holders(). */
static int remove_held(const char *container, int holder) {
        return holder == -ENOENT ? remove_rest(container) : remove_all(container);
}

int container_remove(const char *container) {
        CLEANUP_CLOSE int holder = wait_for_holders(container);

        return remove_held(container, holder);
}

int container_end(const char *container) {
        CLEANUP_CLOSE int holder = wait_for_holders(container);
        int r;

        /* A start that comes now waits for this one. */
        if (!control_groups_has_ended(container))
                return 0;
        r = remove_held(container, holder);
        return r < 0 ? r : 1;
}
