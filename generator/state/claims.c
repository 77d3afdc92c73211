/* SPDX-License-Identifier: MIT */
#include "state/claims.h"

#include "base/file.h"
#include "base/lines.h"
#include "state/record.h"
#include "systemd/log.h"

static int log_claim(int error, const char *claim) {
        return log_error(error, "Failed to update the claim " RECORDS_DIRECTORY "/" CLAIMS_DIRECTORY "/%s: %m", claim);
}

/* Gives the container that has @claim. -ENOENT if none has. */
static int read_holder(int records, const char *claim, char ret_holder[static NAME_MAX + 1]) {
        ssize_t n = readlinkat(records, record_path(CLAIMS_DIRECTORY, claim).text, ret_holder, NAME_MAX);

        if (n <= 0)
                return n < 0 ? negative_errno() : -EIO;
        ret_holder[n] = '\0';
        return 0;
}

/* Gives the claim in the line from @line to @end, which is a file name; 0 for a line without one. */
static int claim_in_line(const char *line, const char *end, char ret_claim[static NAME_MAX + 1]) {
        size_t length = (size_t)(end - line);

        if (length == 0 || *line == '#')
                return 0;
        if (length > NAME_MAX || memchr(line, '/', length))
                return log_error(EINVAL, "Invalid claim \"%.*s\": %m", (int)length, line);
        memcpy(ret_claim, line, length);
        ret_claim[length] = '\0';
        return 1;
}

static int release(int records, const char *container, const char *claim) {
        char holder[NAME_MAX + 1];
        int r = read_holder(records, claim, holder);

        if (r == -ENOENT || (r >= 0 && strcmp(holder, container) != 0))
                return 0;
        if (r >= 0 && unlinkat(records, record_path(CLAIMS_DIRECTORY, claim).text, 0) < 0)
                r = negative_errno();
        return r < 0 ? log_claim(r, claim) : 0;
}

int claims_release(int records, const char *container, const Buffer *claims, const Buffer *kept) {
        char claim[NAME_MAX + 1];
        int result = 0;

        for_each_line(line, end, claims) {
                int r = claim_in_line(line, end, claim);

                if (r > 0)
                        r = has_line(kept, claim, strlen(claim)) ? 0 : release(records, container, claim);
                keep_failure(&result, r);
        }
        return result;
}

void claims_release_all(int records, const char *container) {
        CLEANUP_CLOSEDIR DIR *directory = open_directory(records, CLAIMS_DIRECTORY);
        const struct dirent *entry;
        char holder[NAME_MAX + 1];

        while (directory && (entry = readdir(directory)))
                if (read_holder(records, entry->d_name, holder) >= 0 && strcmp(holder, container) == 0)
                        (void)unlinkat(dirfd(directory), entry->d_name, 0);
}

/* Whether the record of a container says that it has a claim, or cannot be read. */
static bool has_claim(const char *container, const char *claim) {
        CLEANUP_BUFFER Buffer claims = BUFFER_NULL;

        return record_read(container, RECORD_CLAIMS, &claims) < 0 || has_line(&claims, claim, strlen(claim));
}

/* Takes the claim of @conflict. Returns 1 if another container has it. */
static int take_claim(int records, const char *container, ClaimConflict *conflict) {
        const RecordPath path = record_path(CLAIMS_DIRECTORY, conflict->claim);

        if (symlinkat(container, records, path.text) == 0)
                return 0;
        if (errno == EEXIST && read_holder(records, conflict->claim, conflict->holder) >= 0) {
                if (strcmp(conflict->holder, container) == 0)
                        return 0;
                if (has_claim(conflict->holder, conflict->claim))
                        return 1;
                /* Left over from one that did not get to its end. */
                if (unlinkat(records, path.text, 0) == 0 && symlinkat(container, records, path.text) == 0)
                        return 0;
        }
        return log_claim(negative_errno(), conflict->claim);
}

int claims_take(int records, const char *container, const Buffer *claims, ClaimConflict *ret_conflict) {
        for_each_line(line, end, claims) {
                int r = claim_in_line(line, end, ret_conflict->claim);

                if (r > 0)
                        r = take_claim(records, container, ret_conflict);
                if (r != 0)
                        return r;
        }
        return 0;
}
