/* SPDX-License-Identifier: MIT */
#include "runtime/stop.h"

#include <sys/file.h>

#include "base/run-program.h"
#include "runtime/files.h"
#include "runtime/forwards.h"
#include "runtime/links.h"
#include "runtime/localhost.h"
#include "runtime/machine.h"
#include "state/claims.h"
#include "state/record.h"
#include "systemd/log.h"

/* What a record says was added. */
typedef struct Added {
        Buffer tmpfiles, network, claims, localhost;
} Added;

static void added_free(Added *added) {
        buffer_free(&added->tmpfiles);
        buffer_free(&added->network);
        buffer_free(&added->claims);
        buffer_free(&added->localhost);
}

static int read_added(const char *container, Added *added) {
        const struct {
                const char *file;
                Buffer *text;
        } files[] = {
                {RECORD_TMPFILES, &added->tmpfiles},
                {RECORD_NETWORK, &added->network},
                {RECORD_CLAIMS, &added->claims},
                {RECORD_LOCALHOST, &added->localhost},
        };
        int r = 0;

        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && r >= 0; i++)
                r = record_read(container, files[i].file, files[i].text);
        return r;
}

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
static int undo(int records, const char *container, const Added *added) {
        /* The kernel takes its time for both. */
        pid_t links = links_start_removing(&added->network);
        int r = forwards_remove(records, container);

        machine_remove(container);
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
        CLEANUP(added_free) Added added = {0};
        /* Of an earlier run that was killed while it made the record, or removed it. */
        int other = record_drop_other(records, container), r = record_exists(records, container);

        if (r <= 0)
                return r < 0 ? r : other;
        warn_of_format(container);
        r = read_added(container, &added);
        if (r >= 0)
                r = undo(records, container, &added);
        return r < 0 ? r : other;
}

int container_hold(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_CLOSE int fd = open(arena_join(&arena, RECORDS_DIRECTORY "/", container), O_RDONLY | O_DIRECTORY);

        return fd < 0 || flock(fd, LOCK_SH) < 0 ? log_error(negative_errno(), RECORDS_DIRECTORY "/%s: %m", container)
                                                : take_fd(&fd);
}

/* What has started there comes to its end soon. */
static void wait_for_holders(const char *container) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_CLOSE int fd =
                open(arena_join(&arena, RECORDS_DIRECTORY "/", container), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if ((fd < 0 && errno != ENOENT) || (fd >= 0 && flock(fd, LOCK_EX) < 0))
                log_message(LOG_WARNING, RECORDS_DIRECTORY "/%s: %s", container, strerror(errno));
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
