/* SPDX-License-Identifier: MIT */
#include "runtime/stop.h"

#include <sys/file.h>

#include "base/run-program.h"
#include "runtime/files.h"
#include "runtime/forwards.h"
#include "runtime/links.h"
#include "runtime/localhost.h"
#include "runtime/machine.h"
#include "runtime/untrusted-links.h"
#include "state/claims.h"
#include "state/record.h"
#include "systemd/log.h"

/* One whose format cannot be read is gone on with as if it were known. */
static void warn_of_format(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *unknown;

        if (record_check_format(&arena, arena_join(&arena, RECORDS_DIRECTORY "/", container), &unknown) >= 0 && unknown)
                log_message(LOG_WARNING,
                        "Container %s was %s: what it has on the host is removed as far as that is known.", container,
                        unknown);
}

/* What fails is gone on from: the first failure is handed on. */
static int undo(int records, const char *container, const RecordParts *added) {
        /* The kernel takes its time for both. */
        pid_t links = links_start_removing(&added->network);
        int r = forwards_remove(records, container);

        machine_remove(container);
        keep_failure(&r, untrusted_links_remove(container));
        keep_failure(&r, files_remove(&added->tmpfiles));
        /* systemd stops these when the container stops, but at its restart it restarts them. */
        keep_failure(&r, localhost_close(container, &added->localhost, &BUFFER_NULL));
        if (links != 0)
                ignore_failure(end_program(links));
        keep_failure(&r, claims_release(records, container, &added->claims, &BUFFER_NULL));
        keep_failure(&r, record_delete(records, container));
        return r;
}

int container_remove_locked(int records, const char *container) {
        CLEANUP_RECORD_PARTS RecordParts added = RECORD_PARTS_NULL;
        /* Of an earlier run that was killed while it made the record, or removed it. */
        int other = record_drop_other(records, container), r = record_exists(records, container);

        if (r <= 0)
                return r < 0 ? r : other;
        warn_of_format(container);
        if ((r = record_read_parts(container, &added)) < 0 || (r = undo(records, container, &added)) < 0)
                return r;
        return other;
}

/* Processes that are run meanwhile inherit it. */
static int lock_record(const char *container, int operation) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_CLOSE int fd = open(arena_join(&arena, RECORDS_DIRECTORY "/", container), O_RDONLY | O_DIRECTORY);

        return fd < 0 || flock(fd, operation) < 0 ? negative_errno() : take_fd(&fd);
}

int container_hold(const char *container) {
        int r = lock_record(container, LOCK_SH);

        return r < 0 ? log_error(r, RECORDS_DIRECTORY "/%s: %m", container) : r;
}

/* What has started there comes to its end soon. */
static void wait_for_holders(const char *container) {
        CLEANUP_CLOSE int fd = lock_record(container, LOCK_EX);

        if (fd < 0 && fd != -ENOENT)
                log_message(LOG_WARNING, RECORDS_DIRECTORY "/%s: %s", container, strerror(-fd));
}

int container_remove(const char *container) {
        CLEANUP_CLOSE int records = -1;

        wait_for_holders(container);
        records = records_open();
        if (records < 0)
                return records;
        if (record_exists(records, container) == 0)
                claims_release_all(records, container);
        return container_remove_locked(records, container);
}
