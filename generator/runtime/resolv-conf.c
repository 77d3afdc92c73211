/* SPDX-License-Identifier: MIT */
#include "runtime/resolv-conf.h"

#include <time.h>

#include "base/file.h"
#include "base/inside.h"
#include "base/lines.h"
#include "base/words.h"
#include "state/record.h"
#include "systemd/log.h"

#define HOST_FILE "/etc/resolv.conf"
/* systemd-resolved.service(8) */
#define UPLINK_FILE "/run/systemd/resolve/resolv.conf"

/* Whether it names the stub of systemd-resolved as a name server. resolv.conf(5) */
static bool leads_to_stub(const Buffer *text) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        for_each_line(line, end, text) {
                const char *rest = line_behind(line, end, "nameserver");

                if (rest && is_one_of(take_word(&arena, &rest), "127.0.0.53", "127.0.0.54"))
                        return true;
        }
        return false;
}

/* Whether the file has @text. A container with all rights can make its mount of the directory writable, and put anything there. */
static bool is_there(int records, const char *path, const Buffer *text) {
        CLEANUP_CLOSE int fd = openat(records, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        CLEANUP_BUFFER Buffer found = BUFFER_NULL;
        struct stat status;

        if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || (size_t)status.st_size != text->length)
                return false;
        buffer_reserve(&found, text->length + 1);
        return pread(fd, found.text, text->length, 0) == (ssize_t)text->length &&
               (text->length == 0 || memcmp(found.text, text->text, text->length) == 0);
}

static int make_in_records(int records, const char *path) {
        return make_directory(records, path, 0755) >= 0
                       ? 0
                       : log_error(negative_errno(), "Failed to create " RECORDS_DIRECTORY "/%s: %m", path);
}

/* Who reads the file sees the old text or @text. One that is as it should be is left alone: containers watch it. So is the old one if it is
 * not @known how it should be; but a container does not start without any. */
static int put(int records, const char *name, const Buffer *text, bool known) {
        const RecordPath directory = record_path(RESOLV_CONF_DIRECTORY, name);
        const RecordPath path = record_path(directory.text, RESOLV_CONF_FILE);
        int r = make_in_records(records, directory.text);

        if (r < 0 || (!known && faccessat(records, path.text, F_OK, AT_SYMLINK_NOFOLLOW) == 0) ||
                is_there(records, path.text, text))
                return r;
        return record_replace_file(records, directory.text, RESOLV_CONF_FILE, text);
}

/* One that is not there is empty. */
static int read_servers(const char *path, Buffer *text) {
        int r = read_file(path, text);

        if (r >= 0 || r == -ENOENT)
                return 0;
        text->length = 0;
        return log_error(r, "Failed to read %s: %m", path);
}

int resolv_conf_update(void) {
        CLEANUP_BUFFER Buffer host = BUFFER_NULL, uplink = BUFFER_NULL;
        CLEANUP_CLOSE int records = records_open();
        int known, r = records < 0 ? records : make_in_records(records, RESOLV_CONF_DIRECTORY);

        known = read_servers(HOST_FILE, &host);
        if (host.length > 0 && host.text[host.length - 1] != '\n')
                buffer_append(&host, "\n", 1);
        /* Before systemd-resolved has started the file is not there. */
        if (leads_to_stub(&host) && read_servers(UPLINK_FILE, &uplink) < 0)
                known = -EIO;
        if (r < 0 || (r = put(records, RESOLV_CONF_HOST, &host, known >= 0)) < 0 ||
                (r = put(records, RESOLV_CONF_UPLINK, uplink.length > 0 ? &uplink : &host, known >= 0)) < 0)
                return r;
        return known;
}

/* Which file it is, and when it was changed: both at once where another takes its place. One that is not there is all 0. */
static struct stat version_of(const char *path) {
        struct stat status;

        if (stat(path, &status) < 0)
                return (struct stat){0};
        return status;
}

static bool is_same(struct stat a, struct stat b) {
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_ctim.tv_sec == b.st_ctim.tv_sec &&
               a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

int resolv_conf_follow(void) {
        /* systemd does not look at the files while the unit runs that their last change has started, and not for a moment after it: see
         * systemd.path(5). Changes come in twos and threes, so it ends when there was none for a while. */
        const struct timespec moment = {.tv_nsec = 500000000};
        struct stat host, uplink;

        do {
                host = version_of(HOST_FILE);
                uplink = version_of(UPLINK_FILE);
                ignore_failure(resolv_conf_update());
                (void)nanosleep(&moment, NULL);
        } while (!is_same(host, version_of(HOST_FILE)) || !is_same(uplink, version_of(UPLINK_FILE)));
        return resolv_conf_update();
}

/* Whether the file in the directory @etc is the link. -1 if that cannot be told. */
static int is_link_inside(int etc) {
        static const char link[] = RESOLV_CONF_INSIDE;
        char target[sizeof(link)];
        ssize_t length = readlinkat(etc, RESOLV_CONF_FILE, target, sizeof(target));

        if (length < 0)
                return errno == ENOENT || errno == EINVAL ? 0 : -1;
        return length == sizeof(link) - 1 && memcmp(target, link, sizeof(link) - 1) == 0;
}

void resolv_conf_forget(const char *root) {
        CLEANUP_CLOSE int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        CLEANUP_CLOSE int etc = fd < 0 ? -1 : inside_open(fd, "etc", O_PATH | O_DIRECTORY);
        int found = etc < 0 ? (is_no_file(errno) ? 0 : -1) : is_link_inside(etc);

        if (found < 0 || (found > 0 && unlinkat(etc, RESOLV_CONF_FILE, 0) < 0))
                log_message(
                        LOG_WARNING, "Failed to remove a stale %s/etc/" RESOLV_CONF_FILE ": %s", root, strerror(errno));
}
