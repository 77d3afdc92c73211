#include "resolv-conf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "inside.h"
#include "lines.h"
#include "log.h"
#include "read-file.h"
#include "record.h"

#define HOST_FILE "/etc/resolv.conf"
/* systemd-resolved.service(8) */
#define UPLINK_FILE "/run/systemd/resolve/resolv.conf"

/* Whether the line from @line to @end names the stub of systemd-resolved as a name server. resolv.conf(5) */
static bool names_stub(const char *line, const char *end) {
        static const char *const stubs[] = {"127.0.0.53", "127.0.0.54"};
        const char *word = line_behind(line, end, "nameserver");
        size_t length;

        if (!word)
                return false;
        for (; word < end && (*word == ' ' || *word == '\t'); word++)
                ;
        for (length = 0; word + length < end && word[length] != ' ' && word[length] != '\t';)
                length++;
        for (size_t i = 0; i < sizeof(stubs) / sizeof(stubs[0]); i++)
                if (length == strlen(stubs[i]) && memcmp(word, stubs[i], length) == 0)
                        return true;
        return false;
}

static bool leads_to_stub(const Buffer *text) {
        for_each_line(line, end, text) {
                if (names_stub(line, end))
                        return true;
        }
        return false;
}

/* Whether the file has @text. A container with all rights can make its mount of the directory writable, and put anything there. */
static bool is_there(int records, const char *path, const Buffer *text) {
        int fd = openat(records, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        Buffer found = BUFFER_NULL;
        struct stat status;
        bool same =
                fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (size_t)status.st_size == text->length;

        if (same) {
                buffer_reserve(&found, text->length + 1);
                same = pread(fd, found.text, text->length, 0) == (ssize_t)text->length &&
                       (text->length == 0 || memcmp(found.text, text->text, text->length) == 0);
        }
        if (fd >= 0)
                close(fd);
        buffer_free(&found);
        return same;
}

/* Who reads the file sees the old text or @text. One that is as it should be is left alone: containers watch it. */
static bool put(Arena *arena, int records, const char *name, const Buffer *text) {
        const char *directory = arena_printf(arena, RESOLV_CONF_DIRECTORY "/%s", name);

        if (mkdirat(records, directory, 0755) < 0 && errno != EEXIST) {
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", directory, strerror(errno));
                return false;
        }
        return is_there(records, arena_printf(arena, "%s/" RESOLV_CONF_FILE, directory), text) ||
               records_replace_file(arena, records, directory, RESOLV_CONF_FILE, text);
}

/* Reads a file that need not be there. False if it is and cannot be read, which was logged: then what containers see stays. */
static bool read_host_file(const char *path, Buffer *text) {
        if (read_file(path, text) || is_no_file(errno))
                return true;
        log_message(LOG_ERR, "%s: %s", path, strerror(errno));
        return false;
}

bool resolv_conf_update(void) {
        Buffer host = BUFFER_NULL, uplink = BUFFER_NULL;
        int records = records_open();
        Arena arena = ARENA_NULL;
        bool good = records >= 0, has_uplink;

        if (good && mkdirat(records, RESOLV_CONF_DIRECTORY, 0755) < 0 && errno != EEXIST) {
                log_message(LOG_ERR, RECORDS_DIRECTORY "/" RESOLV_CONF_DIRECTORY ": %s", strerror(errno));
                good = false;
        }
        good = good && read_host_file(HOST_FILE, &host);
        if (host.length > 0 && host.text[host.length - 1] != '\n')
                buffer_append(&host, "\n", 1);
        if (good && leads_to_stub(&host))
                good = read_host_file(UPLINK_FILE, &uplink);
        /* Before systemd-resolved has started the file is not there. */
        has_uplink = uplink.length > 0;
        good = good && put(&arena, records, RESOLV_CONF_HOST, &host) &&
               put(&arena, records, RESOLV_CONF_UPLINK, has_uplink ? &uplink : &host);
        if (records >= 0)
                close(records);
        buffer_free(&host);
        buffer_free(&uplink);
        arena_free(&arena);
        return good;
}

bool resolv_conf_follow(void) {
        /* systemd does not look at the files while the unit runs that their last change has started: see systemd.path(5). Changes
         * come in twos and threes. */
        const struct timespec moment = {.tv_nsec = 500000000};

        (void)resolv_conf_update();
        (void)nanosleep(&moment, NULL);
        return resolv_conf_update();
}

void resolv_conf_forget(const char *root) {
        static const char link[] = RESOLV_CONF_INSIDE;
        char target[sizeof(link)];
        int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        int etc = fd < 0 ? -1 : inside_open(fd, "etc", O_PATH | O_DIRECTORY);

        if (etc >= 0 && readlinkat(etc, RESOLV_CONF_FILE, target, sizeof(target)) == sizeof(link) - 1 &&
                memcmp(target, link, sizeof(link) - 1) == 0)
                (void)unlinkat(etc, RESOLV_CONF_FILE, 0);
        if (etc >= 0)
                close(etc);
        if (fd >= 0)
                close(fd);
}
