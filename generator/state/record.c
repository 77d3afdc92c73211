#include "state/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/run-program.h"
#include "config.h"
#include "runtime/conntrack.h"
#include "runtime/localhost.h"
#include "runtime/root-directory.h"
#include "systemd/log.h"

/* The longest that a container's start waits for the generator to have written its files again, and for another container
 * to give up what it claims, in milliseconds. */
#define GENERATOR_WAIT_MAX 60000
#define CLAIM_WAIT_MAX 30000
#define WAIT_STEP 20

/* Where a file of the records is written before it takes the place of another. The records are locked meanwhile. */
#define NEW_FILE ".new"

/* run_program(), and says why if it could not be run. */
static int run_logged(char *const arguments[], const Buffer *input) {
        pid_t pid = start_program(arguments, input, false);

        return pid < 0 ? log_error(pid, "%s: %m", arguments[0]) : end_program(pid);
}

static void wait_a_step(void) {
        const struct timespec step = {.tv_nsec = WAIT_STEP * 1000L * 1000};

        nanosleep(&step, NULL);
}

/* Called while a start waits. Tells systemd now and then that the container is to have all of its time after that. sd_notify(3) */
static void extend_timeout(int waited) {
        if (waited % 1000 == 0)
                (void)sd_notify(false, "EXTEND_TIMEOUT_USEC=90000000");
}

int records_open(void) {
        int fd = -1;

        if ((mkdir(RECORDS_DIRECTORY, 0700) < 0 && errno != EEXIST) ||
                (fd = open(RECORDS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 || flock(fd, LOCK_EX) < 0 ||
                (mkdirat(fd, CLAIMS_DIRECTORY, 0755) < 0 && errno != EEXIST)) {
                log_message(LOG_ERR, RECORDS_DIRECTORY ": %s", strerror(errno));
                if (fd >= 0)
                        close(fd);
                return -1;
        }
        return fd;
}

bool record_read(Arena *arena, const char *container, const char *file, Buffer *ret_text) {
        const char *path = arena_printf(arena, RECORDS_DIRECTORY "/%s/%s", container, file);

        *ret_text = BUFFER_NULL;
        if (read_file(path, ret_text) >= 0 || errno == ENOENT)
                return true;
        log_message(LOG_ERR, "%s: %s", path, strerror(errno));
        buffer_free(ret_text);
        return false;
}

/* Whether there is @path among the records: 1, 0, or -1 if that cannot be told, which was logged. */
static int exists(int records, const char *path) {
        if (faccessat(records, path, F_OK, 0) == 0)
                return 1;
        if (errno == ENOENT)
                return 0;
        log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", path, strerror(errno));
        return -1;
}

/* A number of few digits, and a newline. 0 if it is anything else. */
static unsigned parse_format(const Buffer *text) {
        unsigned format = 0;
        size_t i = 0;

        for (; i < text->length && text->text[i] >= '0' && text->text[i] <= '9'; i++)
                format = 10 * format + (unsigned)(text->text[i] - '0');
        return i + 1 == text->length && i <= 9 && text->text[i] == '\n' ? format : 0;
}

bool record_check_format(Arena *arena, const char *path, const char **ret_unknown) {
        Buffer text = BUFFER_NULL;
        bool good = read_file(arena_printf(arena, "%s/" RECORD_FORMAT_FILE, path), &text) >= 0;
        unsigned format = good ? parse_format(&text) : 1;

        buffer_free(&text);
        *ret_unknown = format >= 1 && format <= RECORD_FORMAT
                               ? NULL
                               : arena_printf(arena,
                                         "started by another version of nixos-container-generator, whose record "
                                         "(format %u) this one (format %i) does not know",
                                         format, RECORD_FORMAT);
        return good || errno == ENOENT;
}

bool record_read_system(Arena *arena, const char *path, const char **ret_system) {
        Buffer text = BUFFER_NULL;
        bool good = read_file(arena_printf(arena, "%s/" RECORD_SYSTEM, path), &text) >= 0;
        const char *end = good ? find_newline(&text, text.text) : NULL;

        *ret_system = end ? arena_copy(arena, text.text, (size_t)(end - text.text)) : NULL;
        buffer_free(&text);
        return good || errno == ENOENT;
}

/* Looks at the format of a container's record. False is logged. */
static bool check_format(Arena *arena, const char *container, const char **ret_unknown) {
        const char *path = arena_join(arena, RECORDS_DIRECTORY "/", container);

        if (record_check_format(arena, path, ret_unknown))
                return true;
        log_message(LOG_ERR, "%s/" RECORD_FORMAT_FILE ": %s", path, strerror(errno));
        return false;
}

static const char *claim_path(Arena *arena, const char *claim) {
        return arena_printf(arena, CLAIMS_DIRECTORY "/%s", claim);
}

/* Writes the name of the container that has @claim to @ret_holder. False if none has it. */
static bool read_claim(Arena *arena, int records, const char *claim, char ret_holder[static NAME_MAX + 1]) {
        ssize_t n = readlinkat(records, claim_path(arena, claim), ret_holder, NAME_MAX);

        if (n <= 0)
                return false;
        ret_holder[n] = '\0';
        return true;
}

/* The claim in the line from @line to @end of @claims; NULL for a line without one. */
static const char *claim_in_line(Arena *arena, const char *line, const char *end) {
        return line == end || *line == '#' ? NULL : arena_copy(arena, line, (size_t)(end - line));
}

/* Gives up the container's claims but those in @kept. False, after it was logged, if one is left. */
static bool release_claims(Arena *arena, int records, const char *container, const Buffer *claims, const Buffer *kept) {
        bool good = true;

        for_each_line(line, end, claims) {
                const char *claim = claim_in_line(arena, line, end);
                char holder[NAME_MAX + 1];

                if (!claim || has_line(kept, claim, strlen(claim)))
                        continue;
                if (read_claim(arena, records, claim, holder)) {
                        if (strcmp(holder, container) != 0 || unlinkat(records, claim_path(arena, claim), 0) >= 0)
                                continue;
                } else if (errno == ENOENT) {
                        continue;
                }
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", claim_path(arena, claim), strerror(errno));
                good = false;
        }
        return good;
}

/* Whether the record of a container says that it has a claim, or cannot be read. */
static bool has_claim(Arena *arena, const char *container, const char *claim) {
        Buffer claims;
        bool has = !record_read(arena, container, RECORD_CLAIMS, &claims) || has_line(&claims, claim, strlen(claim));

        buffer_free(&claims);
        return has;
}

/* The claims of one container that another one has. */
typedef struct ClaimConflict {
        const char *claim;
        char holder[NAME_MAX + 1];
} ClaimConflict;

/* Returns 0, a negative errno(3), or 1 if another container has the claim. */
static int take_claim(
        Arena *arena, int records, const char *container, const char *claim, ClaimConflict *ret_conflict) {
        const char *path = claim_path(arena, claim);
        char *holder = ret_conflict->holder;

        if (symlinkat(container, records, path) == 0)
                return 0;
        if (errno == EEXIST && read_claim(arena, records, claim, holder)) {
                if (strcmp(holder, container) == 0)
                        return 0;
                if (has_claim(arena, holder, claim)) {
                        ret_conflict->claim = claim;
                        return 1;
                }
                /* Left over from one that did not get to its end. */
                if (unlinkat(records, path, 0) == 0 && symlinkat(container, records, path) == 0)
                        return 0;
        }
        log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", path, strerror(errno));
        return -EIO;
}

/* Takes the claims, up to the first that it cannot have. Returns as take_claim(). */
static int take_claims(
        Arena *arena, int records, const char *container, const Buffer *claims, ClaimConflict *ret_conflict) {
        for_each_line(line, end, claims) {
                const char *claim = claim_in_line(arena, line, end);
                int r = claim ? take_claim(arena, records, container, claim, ret_conflict) : 0;

                if (r != 0)
                        return r;
        }
        return 0;
}

/* Makes the file @name in @directory, which is @path. False is logged. */
static bool write_file(int directory, const char *path, const char *name, const Buffer *text) {
        int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        bool written = fd >= 0 && write_all(fd, text->text, text->length) >= 0;

        if (!written)
                log_message(LOG_ERR, "%s/%s: %s", path, name, strerror(errno));
        if (fd >= 0 && close_written(fd) < 0 && written) {
                log_message(LOG_ERR, "%s/%s: %s", path, name, strerror(errno));
                written = false;
        }
        return written;
}

/* Removes the directory @name, if there is one, and the files in it. It has no directories in it. False, after it was logged, if
 * something of it is left. */
static bool remove_directory(int records, const char *name) {
        int fd = openat(records, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        const struct dirent *entry;

        if (fd < 0 && errno == ENOENT)
                return true;
        while (directory && (entry = readdir(directory)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        (void)unlinkat(fd, entry->d_name, 0);
        if (directory && unlinkat(records, name, AT_REMOVEDIR) >= 0) {
                closedir(directory);
                return true;
        }
        log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", name, strerror(errno));
        if (directory)
                closedir(directory);
        else if (fd >= 0)
                close(fd);
        return false;
}

/* Where the record of a container is made, and taken apart. */
static const char *new_record_path(Arena *arena, const char *container) {
        return arena_printf(arena, RECORD_NEW, container);
}

/* Gives up all claims of a container that may have no record to say which they are. */
static void release_any_claims(int records, const char *container) {
        int fd = openat(records, CLAIMS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        const struct dirent *entry;

        while (directory && (entry = readdir(directory))) {
                char holder[NAME_MAX + 1];
                ssize_t n = readlinkat(fd, entry->d_name, holder, NAME_MAX);

                if (n > 0 && (size_t)n == strlen(container) && memcmp(holder, container, (size_t)n) == 0)
                        unlinkat(fd, entry->d_name, 0);
        }
        if (directory)
                closedir(directory);
}

/* Whether the host's interface @name has the MAC address that starts at @mac. */
static bool has_mac_address(Arena *arena, const char *name, const char *mac) {
        Buffer address = BUFFER_NULL;
        bool has = read_file(arena_printf(arena, "/sys/class/net/%s/address", name), &address) >= 0 &&
                   address.length > 0 && strncasecmp(address.text, mac, address.length - 1) == 0 &&
                   mac[address.length - 1] == ' ';

        buffer_free(&address);
        return has;
}

/* Starts to delete the links that the batch for ip(8) has added, those that are still there: the kernel deletes them itself when
 * it deletes the container's network namespace, which is going on meanwhile. An interface that had the name before, so that there
 * was nothing to add, is known by its MAC address. Returns the process, 0 if there are none. */
static pid_t start_removing_links(Arena *arena, const Buffer *network) {
        static const char address[] = " address ";
        char *const ip[] = {(char *)TOOL_IP, (char *)"-force", (char *)"-batch", (char *)"-", NULL};
        Buffer batch = BUFFER_NULL;
        pid_t pid = 0;

        for_each_line(line, end, network) {
                const char *start = line_behind(line, end, "link add name "), *name, *mac, *command;
                size_t length = start ? strcspn(start, " \n") : 0;

                mac = start ? line_behind(start + length, end, address) : NULL;
                if (!mac)
                        continue;
                name = arena_copy(arena, start, length);
                if (!has_mac_address(arena, name, mac))
                        continue;
                command = arena_printf(arena, "link delete dev %s\n", name);
                buffer_append(&batch, command, strlen(command));
        }
        if (batch.length > 0)
                pid = start_program(ip, &batch, false);
        if (pid < 0)
                (void)log_error(pid, "%s: %m", ip[0]);
        buffer_free(&batch);
        return pid;
}

/* Whether another container's record has forwards. */
static bool others_forward(Arena *arena, int records) {
        int fd = openat(records, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        const struct dirent *entry;
        bool found = false;

        while (directory && !found && (entry = readdir(directory)))
                found = entry->d_name[0] != '.' &&
                        faccessat(records, arena_printf(arena, "%s/" RECORD_NFT, entry->d_name), F_OK, 0) == 0;
        if (directory)
                closedir(directory);
        return found;
}

bool records_replace_file(Arena *arena, int records, const char *directory, const char *file, const Buffer *text) {
        const char *path = arena_printf(arena, "%s/%s", directory, file);
        bool good;

        (void)unlinkat(records, NEW_FILE, 0);
        good = write_file(records, RECORDS_DIRECTORY, NEW_FILE, text);
        if (good && renameat(records, NEW_FILE, records, path) < 0) {
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", path, strerror(errno));
                good = false;
        }
        if (!good)
                (void)unlinkat(records, NEW_FILE, 0);
        return good;
}

/* Deletes the elements that @script has added but those in @kept, in one transaction, and with @last the table. The script comes
 * first in it, so that it succeeds if somebody has flushed the ruleset meanwhile too. */
static bool delete_elements(const Buffer *script, const Buffer *kept, bool last) {
        static const char delete[] = "delete ", delete_table[] = "delete table inet nixos-containers\n";
        char *const nft[] = {(char *)TOOL_NFT, (char *)"-f", (char *)"-", NULL};
        Buffer input = BUFFER_NULL;
        bool deleted;

        buffer_append(&input, script->text, script->length);
        for_each_line(line, end, script) {
                const Buffer rest = {
                        .text = (char *)end + 1, .length = (size_t)(script->text + script->length - end - 1)};

                /* One that is there twice can be deleted once. */
                if (!line_behind(line, end, "add element ") || has_line(kept, line, (size_t)(end - line)) ||
                        has_line(&rest, line, (size_t)(end - line)))
                        continue;
                buffer_append(&input, delete, sizeof(delete) - 1);
                buffer_append(&input, line + 4, (size_t)(end + 1 - (line + 4)));
        }
        if (last)
                buffer_append(&input, delete_table, sizeof(delete_table) - 1);
        deleted = run_logged(nft, &input) == 0;
        buffer_free(&input);
        conntrack_forget(script, kept);
        return deleted;
}

/* Removes a file of a record; one that is not there is removed already. */
static bool remove_file(int records, const char *path) {
        if (unlinkat(records, path, 0) >= 0 || errno == ENOENT)
                return true;
        log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", path, strerror(errno));
        return false;
}

/* Deletes all forwards of the record, and those that it was about to delete. Whoever is the last deletes the table. Meanwhile a
 * reload of the host's rules does not put them back. */
static bool remove_forwards(Arena *arena, int records, const char *container) {
        const char *path = arena_printf(arena, "%s/" RECORD_NFT, container);
        const char *ending = arena_printf(arena, "%s/" RECORD_NFT_ENDING, container);
        Buffer script, rest = BUFFER_NULL;
        bool removed = record_read(arena, container, RECORD_NFT_ENDING, &script);

        if (removed && script.length > 0) {
                removed = record_read(arena, container, RECORD_NFT, &rest);
                buffer_append(&script, rest.text, rest.length);
                buffer_free(&rest);
                removed = removed && records_replace_file(arena, records, container, RECORD_NFT_ENDING, &script) &&
                          remove_file(records, path);
        } else if (removed && (renameat(records, path, records, ending) >= 0 || errno == ENOENT)) {
                buffer_free(&script);
                removed = record_read(arena, container, RECORD_NFT_ENDING, &script);
        } else if (removed) {
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", path, strerror(errno));
                removed = false;
        }
        if (script.length > 0)
                removed = delete_elements(&script, &BUFFER_NULL, !others_forward(arena, records)) && removed;
        buffer_free(&script);
        return removed && remove_file(records, ending);
}

static bool add_forwards(const Buffer *script) {
        char *const nft[] = {(char *)TOOL_NFT, (char *)"-f", (char *)"-", NULL};

        return script->length == 0 || run_logged(nft, script) == 0;
}

/* Removes what the snippet for systemd-tmpfiles says is to be removed, the root directory of an ephemeral container, which
 * systemd-tmpfiles itself could not if something in it is immutable. */
static bool remove_files(Arena *arena, const Buffer *tmpfiles) {
        bool removed = true;

        for_each_line(line, end, tmpfiles) {
                const char *path = line_behind(line, end, "R ");

                if (path)
                        removed = remove_ephemeral_root(arena_copy(arena, path, (size_t)(end - path))) && removed;
        }
        return removed;
}

/* The unit that runs a machine of the container's name, NULL if none does or it is the container's own. Where systemd-machined keeps
 * it, it is called a scope, whatever it is. */
static const char *find_other_unit(Arena *arena, const char *container) {
        const char *own = arena_printf(arena, "container@%s.service", container), *unit = NULL;
        Buffer state = BUFFER_NULL;

        if (read_file(arena_printf(arena, "/run/systemd/machines/%s", container), &state) >= 0)
                for_each_line(line, end, &state) {
                        const char *value = line_behind(line, end, "SCOPE=");

                        if (value)
                                unit = arena_copy(arena, value, (size_t)(end - value));
                }
        buffer_free(&state);
        return unit && strcmp(unit, own) != 0 ? unit : NULL;
}

/* Removes what systemd-nspawn leaves behind when it is killed: the mount through which it passes mounts into the container,
 * the one through which the container's sockets are seen, which versions have in different places, and the lock of the root
 * directory. Newer versions have an option for the mounts, --cleanup. */
static void remove_nspawn_leftovers(Arena *arena, const char *container) {
        const char *const mounts[] = {
                arena_printf(arena, "/run/systemd/nspawn/propagate/%s", container),
                arena_printf(arena, "/run/systemd/nspawn/unix-export/%s", container),
                arena_printf(arena, "/run/systemd/nspawn/%s/unix-export", container),
        };
        const char *const locks[] = {
                arena_printf(arena, EPHEMERAL_ROOTS ".#%s.lck", container),
                arena_printf(arena, STATE_ROOTS ".#%s.lck", container),
        };

        for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
                (void)umount2(mounts[i], MNT_DETACH | UMOUNT_NOFOLLOW);
                (void)rmdir(mounts[i]);
        }
        (void)rmdir(arena_printf(arena, "/run/systemd/nspawn/%s", container));
        for (size_t i = 0; i < sizeof(locks) / sizeof(locks[0]); i++)
                (void)unlink(locks[i]);
}

/* Makes systemd-machined forget the machine, if systemd-nspawn was killed before it could: it would refuse the next of
 * the name while the unit exists. */
static void unregister_machine(Arena *arena, const char *container) {
        char *const busctl[] = {(char *)TOOL_BUSCTL, (char *)"--quiet", (char *)"call",
                (char *)"org.freedesktop.machine1", (char *)"/org/freedesktop/machine1",
                (char *)"org.freedesktop.machine1.Manager", (char *)"UnregisterMachine", (char *)"s", (char *)container,
                NULL};

        if (access(arena_printf(arena, "/run/systemd/machines/%s", container), F_OK) == 0)
                ignore_failure(run_logged(busctl, &BUFFER_NULL));
}

/* Removes what is left of the machine, unless another one has its name by now. */
static void remove_machine(Arena *arena, const char *container) {
        if (find_other_unit(arena, container))
                return;
        unregister_machine(arena, container);
        remove_nspawn_leftovers(arena, container);
}

/* A record that cannot be read is left as it is. */
static bool remove_record(Arena *arena, int records, const char *container) {
        Buffer tmpfiles = BUFFER_NULL, network = BUFFER_NULL, claims = BUFFER_NULL, localhost = BUFFER_NULL;
        /* Of an earlier run that was killed while it made the record, or removed it. */
        bool removed = remove_directory(records, new_record_path(arena, container)), readable;
        int there = exists(records, container);
        const char *unknown;
        pid_t links;

        if (there <= 0)
                return there == 0 && removed;
        /* One whose format cannot be read is gone on with as if it were known. */
        (void)check_format(arena, container, &unknown);
        if (unknown)
                log_message(LOG_WARNING,
                        "Container %s was %s: what it has on the host is removed as far as that is known.", container,
                        unknown);
        readable = record_read(arena, container, RECORD_TMPFILES, &tmpfiles) &&
                   record_read(arena, container, RECORD_NETWORK, &network) &&
                   record_read(arena, container, RECORD_CLAIMS, &claims) &&
                   record_read(arena, container, RECORD_LOCALHOST, &localhost);
        if (readable) {
                /* The kernel takes its time for both. */
                links = start_removing_links(arena, &network);
                removed = remove_forwards(arena, records, container) && removed;
                remove_machine(arena, container);
                removed = remove_files(arena, &tmpfiles) && removed;
                /* systemd stops these when the container stops, but at its restart it restarts them. */
                removed = localhost_close(container, &localhost, &BUFFER_NULL) && removed;
                if (links != 0)
                        ignore_failure(end_program(links));
                removed = release_claims(arena, records, container, &claims, &BUFFER_NULL) && removed;
                /* A record is whole or gone. */
                if (renameat(records, container, records, new_record_path(arena, container)) == 0) {
                        removed = remove_directory(records, new_record_path(arena, container)) && removed;
                } else {
                        log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", container, strerror(errno));
                        removed = false;
                }
        }
        buffer_free(&tmpfiles);
        buffer_free(&network);
        buffer_free(&claims);
        buffer_free(&localhost);
        return readable && removed;
}

/* Whether a file of the generator's directory has its last line, which starts with "# End of ". */
static bool is_whole(const Buffer *text) {
        const char *last = text->text, *last_end = NULL;

        for_each_line(line, end, text) {
                last = line;
                last_end = end;
        }
        return last_end && last_end + 1 == text->text + text->length && line_behind(last, last_end, "# End of ");
}

/* Reads a file of the generator's directory, which is emptied and written anew at each daemon-reload: waits until it is
 * there and whole. */
static bool read_generated(const char *path, Buffer *text) {
        const char *missing = NULL;

        for (int waited = 0; waited < GENERATOR_WAIT_MAX; waited += WAIT_STEP) {
                text->length = 0;
                if (read_file(path, text) >= 0) {
                        if (is_whole(text))
                                return true;
                        missing = "not whole";
                } else if (errno == ENOENT) {
                        missing = "not there";
                } else {
                        log_message(LOG_ERR, "%s: %s", path, strerror(errno));
                        return false;
                }
                extend_timeout(waited);
                wait_a_step();
        }
        log_message(LOG_ERR, "%s: it is %s; run: systemctl daemon-reload", path, missing);
        return false;
}

/* Whether the container that has a claim is to lose it: it is no longer declared, or no longer with it. */
static bool is_giving_up(Arena *arena, const char *directory, const ClaimConflict *conflict) {
        const char *path = arena_printf(arena, "%s/container@%s.service", directory, conflict->holder);
        Buffer unit = BUFFER_NULL;
        bool giving_up;

        if (access(arena_printf(arena, "%s.d/" RETIRED_DROP_IN, path), F_OK) == 0)
                return true;
        /* While the generator writes it is not there; the unit of a broken container has no claims, and no end. */
        if (read_file(path, &unit) >= 0)
                giving_up = memmem(unit.text, unit.length, "\n# End of ", 10) &&
                            !has_line(&unit, conflict->claim, strlen(conflict->claim));
        else
                giving_up = errno == ENOENT;
        buffer_free(&unit);
        return giving_up;
}

/* Gives the content of a section of @unit, up to the next one or the end. Empty if it has none. */
static Buffer section(const Buffer *unit, const char *name) {
        Buffer content = BUFFER_NULL;
        bool in_it = false;

        for_each_line(line, end, unit) {
                if (*line == '[')
                        in_it = (size_t)(end - line) == strlen(name) && memcmp(line, name, strlen(name)) == 0;
                else if (in_it)
                        buffer_append(&content, line, (size_t)(end + 1 - line));
        }
        return content;
}

/* Takes the manifest of one container out of the comments it is kept in, see templates/container.manifest. */
static Buffer manifest_of_unit(const Buffer *unit) {
        Buffer comments = section(unit, "[X-Manifest]"), manifest = BUFFER_NULL;

        for_each_line(line, end, &comments) {
                if (*line != '#' && *line != ';')
                        break;
                if (*line == '#' && manifest.length > 0)
                        buffer_append(&manifest, "\n", 1);
                buffer_append(&manifest, line + 1, (size_t)(end - line - 1));
        }
        buffer_free(&comments);
        if (manifest.length > 0)
                buffer_append(&manifest, "\n", 1);
        return manifest;
}

/* Writes the record of @unit into the directory @new, which is @path and empty. */
static bool fill_record(int new, const char *path, const Buffer *unit) {
        static const struct {
                const char *section, *file;
        } files[] = {
                {"[X-Claims]", RECORD_CLAIMS},
                {"[X-Tmpfiles]", RECORD_TMPFILES},
                {"[X-Network]", RECORD_NETWORK},
                {"[X-Nftables]", RECORD_NFT},
                {"[X-Localhost]", RECORD_LOCALHOST},
        };
        char format[16];
        Buffer manifest = manifest_of_unit(unit);
        const Buffer version = {
                .text = format, .length = (size_t)snprintf(format, sizeof(format), "%i\n", RECORD_FORMAT)};
        bool good = write_file(new, path, RECORD_FORMAT_FILE, &version) && write_file(new, path, RECORD_UNIT, unit) &&
                    write_file(new, path, RECORD_MANIFEST, &manifest);

        buffer_free(&manifest);
        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && good; i++) {
                Buffer content = section(unit, files[i].section);

                good = content.length == 0 || write_file(new, path, files[i].file, &content);
                buffer_free(&content);
        }
        return good;
}

/* Notes in the directory of a record that what there is and what the record says may differ. Only the next start mends that. */
static bool mark_unfinished(int records, const char *directory) {
        Arena arena = ARENA_NULL;
        const char *path = arena_printf(&arena, "%s/" RECORD_UNFINISHED, directory);
        bool marked =
                faccessat(records, path, F_OK, 0) == 0 || write_file(records, RECORDS_DIRECTORY, path, &BUFFER_NULL);

        arena_free(&arena);
        return marked;
}

/* Makes the record of @unit out of sight and then, at once, the container's. The one that it had is afterwards where the new
 * one was made. */
static bool write_record(Arena *arena, int records, const char *container, const Buffer *unit, bool unfinished) {
        const char *temporary = new_record_path(arena, container);
        int has_one = exists(records, container), new;
        bool good;

        if (has_one < 0 || !remove_directory(records, temporary))
                return false;
        if (mkdirat(records, temporary, 0755) < 0 ||
                (new = openat(records, temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", temporary, strerror(errno));
                return false;
        }
        good = fill_record(new, arena_join(arena, RECORDS_DIRECTORY "/", temporary), unit) &&
               (!unfinished || mark_unfinished(records, temporary));
        close(new);
        if (good && renameat2(records, temporary, records, container, has_one ? RENAME_EXCHANGE : 0) < 0) {
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", container, strerror(errno));
                good = false;
        }
        if (!good)
                (void)remove_directory(records, temporary);
        return good;
}

/* Takes the claims of a container that starts. One that another container is about to give up is waited for, without
 * keeping the records from others: that one's end needs them. Returns the records, or -1. */
static int open_records_with_claims(Arena *arena, const char *directory, const char *container, const Buffer *claims) {
        for (int waited = 0;; waited += WAIT_STEP) {
                int records = records_open(), r;
                ClaimConflict conflict = {0};

                if (records < 0)
                        return -1;
                /* What an earlier run has left behind that did not get to its end. */
                if (waited == 0 && !remove_record(arena, records, container) && exists(records, container) != 0) {
                        log_message(LOG_ERR, "Container %s cannot start: the record of its last run cannot be removed.",
                                container);
                        close(records);
                        return -1;
                }
                r = take_claims(arena, records, container, claims, &conflict);
                if (r == 0)
                        return records;
                (void)release_claims(arena, records, container, claims, &BUFFER_NULL);
                close(records);
                if (r < 0)
                        return -1;
                if (waited >= CLAIM_WAIT_MAX || !is_giving_up(arena, directory, &conflict)) {
                        log_message(LOG_ERR, "Container %s cannot start: %s is in use by container %s.", container,
                                conflict.claim, conflict.holder);
                        return -1;
                }
                if (waited == 0)
                        log_message(LOG_INFO, "Container %s waits for container %s, which is to give up %s.", container,
                                conflict.holder, conflict.claim);
                extend_timeout(waited);
                wait_a_step();
        }
}

bool record_create(const char *directory, const char *container) {
        Arena arena = ARENA_NULL;
        Buffer unit = BUFFER_NULL, claims = BUFFER_NULL, tmpfiles = BUFFER_NULL;
        const char *other = find_other_unit(&arena, container);
        int records = -1;
        bool good = false;

        /* systemd-nspawn would refuse it too, but then remove what that machine has below /run. */
        if (other)
                log_message(LOG_ERR, "Container %s cannot start: %s runs a machine of that name.", container, other);
        else
                good = read_generated(arena_printf(&arena, "%s/container@%s.service", directory, container), &unit);
        if (good) {
                claims = section(&unit, "[X-Claims]");
                tmpfiles = section(&unit, "[X-Tmpfiles]");
                records = open_records_with_claims(&arena, directory, container, &claims);
                good = records >= 0;
        }
        if (good) {
                /* The root of an ephemeral container that had no end of its own. */
                good = remove_files(&arena, &tmpfiles) && write_record(&arena, records, container, &unit, false);
                if (!good)
                        (void)release_claims(&arena, records, container, &claims, &BUFFER_NULL);
                (void)unlinkat(records, arena_printf(&arena, RECORD_START_MARK, container), 0);
        }
        if (records >= 0)
                close(records);
        buffer_free(&tmpfiles);
        buffer_free(&claims);
        buffer_free(&unit);
        arena_free(&arena);
        return good;
}

/* What a running container has and what it is to have. */
typedef struct Update {
        Arena arena;
        int records;
        Buffer unit; /* the generated one */
        Buffer claims, old_claims, nft, old_nft, localhost, old_localhost, tmpfiles;
} Update;

static void end_update(Update *update) {
        if (update->records >= 0)
                close(update->records);
        buffer_free(&update->unit);
        buffer_free(&update->claims);
        buffer_free(&update->old_claims);
        buffer_free(&update->nft);
        buffer_free(&update->old_nft);
        buffer_free(&update->localhost);
        buffer_free(&update->old_localhost);
        buffer_free(&update->tmpfiles);
        arena_free(&update->arena);
}

/* Those in the root directory are there since the start. */
static bool create_files(const Buffer *tmpfiles) {
        char *const systemd_tmpfiles[] = {(char *)TOOL_SYSTEMD_TMPFILES, (char *)"--create", (char *)"-", NULL};
        Buffer lines = BUFFER_NULL;
        bool created;

        for_each_line(line, end, tmpfiles) {
                if (!is_in_root_directory(line, end))
                        buffer_append(&lines, line, (size_t)(end + 1 - line));
        }
        created = lines.length == 0 || run_logged(systemd_tmpfiles, &lines) == 0;
        buffer_free(&lines);
        return created;
}

static bool start_update(Update *update, const char *directory, const char *container, bool with_files) {
        const char *unknown;

        *update = (Update){.records = -1};
        if (!read_generated(
                    arena_printf(&update->arena, "%s/container@%s.service", directory, container), &update->unit))
                return false;
        update->tmpfiles = section(&update->unit, "[X-Tmpfiles]");
        if (with_files && !create_files(&update->tmpfiles))
                return false;
        update->records = records_open();
        if (update->records < 0)
                return false;
        if (faccessat(update->records, container, F_OK, 0) < 0) {
                log_message(LOG_ERR, "Container %s does not run.", container);
                return false;
        }
        if (!check_format(&update->arena, container, &unknown))
                return false;
        if (unknown) {
                log_message(LOG_ERR, "Container %s was %s.", container, unknown);
                return false;
        }
        update->claims = section(&update->unit, "[X-Claims]");
        update->nft = section(&update->unit, "[X-Nftables]");
        update->localhost = section(&update->unit, "[X-Localhost]");
        return record_read(&update->arena, container, RECORD_CLAIMS, &update->old_claims) &&
               record_read(&update->arena, container, RECORD_NFT, &update->old_nft) &&
               record_read(&update->arena, container, RECORD_LOCALHOST, &update->old_localhost);
}

/* Takes from @script the elements that are not in @kept. Returns how many are left, and in @ret_removed how many were taken. */
static size_t keep_elements(Buffer *script, const Buffer *kept, size_t *ret_removed) {
        Buffer reduced = BUFFER_NULL;
        size_t left = 0;

        *ret_removed = 0;
        for_each_line(line, end, script) {
                bool is_element = line_behind(line, end, "add element ") != NULL;

                if (is_element && !has_line(kept, line, (size_t)(end - line))) {
                        (*ret_removed)++;
                        continue;
                }
                left += is_element;
                buffer_append(&reduced, line, (size_t)(end + 1 - line));
        }
        buffer_free(script);
        *script = reduced;
        return left;
}

/* Releases what the container is to have no longer. At each moment the record says at least what there is, so that the container's
 * end removes it, but nothing any more that another container may take. */
static bool give_up(Update *u, const char *container) {
        const char *ending = arena_printf(&u->arena, "%s/" RECORD_NFT_ENDING, container);
        Buffer reduced = BUFFER_NULL;
        size_t removed, left;
        bool good = true;
        int begun;

        buffer_append(&reduced, u->old_nft.text, u->old_nft.length);
        left = keep_elements(&reduced, &u->nft, &removed);
        if (removed > 0)
                good = mark_unfinished(u->records, container);
        begun = exists(u->records, ending);
        good = good && begun >= 0;
        if (good && begun) /* what an earlier one did not get to the end of */
                good = remove_forwards(&u->arena, u->records, container) &&
                       (left == 0 || (records_replace_file(&u->arena, u->records, container, RECORD_NFT, &reduced) &&
                                             add_forwards(&reduced)));
        else if (good && removed > 0 && left == 0)
                good = remove_forwards(&u->arena, u->records, container);
        else if (good && removed > 0)
                good = records_replace_file(&u->arena, u->records, container, RECORD_NFT_ENDING, &u->old_nft) &&
                       records_replace_file(&u->arena, u->records, container, RECORD_NFT, &reduced) &&
                       delete_elements(&u->old_nft, &u->nft, false) && remove_file(u->records, ending);
        buffer_free(&reduced);
        good = good && localhost_close(container, &u->old_localhost, &u->localhost);
        if (good)
                good = release_claims(&u->arena, u->records, container, &u->old_claims, &u->claims);
        return good;
}

bool record_give_up(const char *directory, const char *container) {
        Update update;
        bool good = start_update(&update, directory, container, false) && give_up(&update, container);

        end_update(&update);
        return good;
}

/* Gives up the claims that the container has not had before. */
static void return_claims(Update *u, const char *container) {
        (void)release_claims(&u->arena, u->records, container, &u->claims, &u->old_claims);
        (void)records_replace_file(&u->arena, u->records, container, RECORD_CLAIMS, &u->old_claims);
}

/* Takes the claims that the container has not yet. The record says so before, so that the container's end gives them up. */
static bool take_more(Update *u, const char *container) {
        Buffer all = BUFFER_NULL;
        ClaimConflict conflict = {0};
        bool good = true;
        int r = -EIO;

        buffer_append(&all, u->old_claims.text, u->old_claims.length);
        for_each_line(line, end, &u->claims) {
                if (!has_line(&all, line, (size_t)(end - line)))
                        buffer_append(&all, line, (size_t)(end + 1 - line));
        }
        if (all.length > u->old_claims.length)
                good = records_replace_file(&u->arena, u->records, container, RECORD_CLAIMS, &all);
        buffer_free(&all);
        if (good)
                r = take_claims(&u->arena, u->records, container, &u->claims, &conflict);
        if (r == 0)
                return true;
        if (r > 0)
                log_message(LOG_ERR, "Container %s cannot have %s, which is in use by container %s.", container,
                        conflict.claim, conflict.holder);
        return_claims(u, container);
        return false;
}

/* The new record is in place before what it says is there, so that the container's end removes that in any case. */
static bool exchange_record(Update *u, const char *container, RecordAttach attach, void *userdata) {
        const char *other = new_record_path(&u->arena, container);
        const char *unfinished = arena_printf(&u->arena, "%s/" RECORD_UNFINISHED, container);

        if (!write_record(&u->arena, u->records, container, &u->unit, true))
                return false;
        if (add_forwards(&u->nft) && (!attach || attach(userdata))) {
                conntrack_forget(&u->nft, &u->old_nft);
                /* As at a start, it runs without a port that another program has. */
                (void)localhost_listen(container, &u->localhost, &u->old_localhost);
                (void)remove_directory(u->records, other);
                return remove_file(u->records, unfinished);
        }
        (void)mark_unfinished(u->records, other);
        (void)renameat(u->records, arena_printf(&u->arena, "%s/" RECORD_NFT, container), u->records,
                arena_printf(&u->arena, "%s/" RECORD_NFT_ENDING, container));
        if (u->nft.length > 0)
                (void)delete_elements(&u->nft, &u->old_nft,
                        faccessat(u->records, arena_printf(&u->arena, "%s/" RECORD_NFT, other), F_OK, 0) < 0 &&
                                !others_forward(&u->arena, u->records));
        if (renameat2(u->records, other, u->records, container, RENAME_EXCHANGE) < 0)
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", container, strerror(errno));
        (void)remove_directory(u->records, other);
        return false;
}

bool record_update(const char *directory, const char *container, RecordAttach attach, void *userdata) {
        Update update;
        bool good = start_update(&update, directory, container, true) && take_more(&update, container);

        if (good) {
                good = give_up(&update, container) && exchange_record(&update, container, attach, userdata);
                if (!good)
                        (void)release_claims(
                                &update.arena, update.records, container, &update.claims, &update.old_claims);
        }
        end_update(&update);
        return good;
}

bool record_listen(const char *container) {
        Arena arena = ARENA_NULL;
        Buffer ports;
        bool good = record_read(&arena, container, RECORD_LOCALHOST, &ports) &&
                    localhost_listen(container, &ports, &BUFFER_NULL);

        buffer_free(&ports);
        arena_free(&arena);
        return good;
}

bool record_set_system(const char *container, const char *system) {
        Arena arena = ARENA_NULL;
        int records = records_open();
        Buffer text = BUFFER_NULL;
        bool good;

        buffer_append(&text, system, strlen(system));
        buffer_append(&text, "\n", 1);
        good = records >= 0 && records_replace_file(&arena, records, container, RECORD_SYSTEM, &text);
        if (records >= 0)
                close(records);
        buffer_free(&text);
        arena_free(&arena);
        return good;
}

/* The directory of a container's record, -1 and errno if it cannot be opened. */
static int open_record(Arena *arena, const char *container, int flags) {
        return open(arena_printf(arena, RECORDS_DIRECTORY "/%s", container), O_RDONLY | O_DIRECTORY | flags);
}

int record_hold(const char *container) {
        Arena arena = ARENA_NULL;
        int fd = open_record(&arena, container, 0);

        if (fd >= 0 && flock(fd, LOCK_SH) < 0) {
                close(fd);
                fd = -1;
        }
        if (fd < 0)
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", container, strerror(errno));
        arena_free(&arena);
        return fd;
}

/* Waits until nothing holds the record any more. What has started there comes to its end soon. */
static void wait_for_holders(const char *container) {
        Arena arena = ARENA_NULL;
        int fd = open_record(&arena, container, O_CLOEXEC);

        if ((fd < 0 && errno != ENOENT) || (fd >= 0 && flock(fd, LOCK_EX) < 0))
                log_message(LOG_WARNING, RECORDS_DIRECTORY "/%s: %s", container, strerror(errno));
        if (fd >= 0)
                close(fd);
        arena_free(&arena);
}

bool record_remove(const char *container) {
        Arena arena = ARENA_NULL;
        bool removed;
        int records;

        wait_for_holders(container);
        records = records_open();
        removed = records >= 0;
        if (removed && faccessat(records, container, F_OK, 0) < 0)
                release_any_claims(records, container);
        if (removed)
                removed = remove_record(&arena, records, container);
        if (records >= 0)
                close(records);
        arena_free(&arena);
        return removed;
}

/* What an interrupted update has left among the records: a file, or a record beside the one that counts. NULL if there is none. */
static const char *find_left_over(Arena *arena, int records) {
        int fd = openat(records, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        const char *found = NULL;
        const struct dirent *entry;

        while (directory && !found && (entry = readdir(directory))) {
                size_t length = strlen(entry->d_name);
                bool is_new = length >= 4 && strcmp(entry->d_name + length - 4, ".new") == 0;

                if (is_new &&
                        (length == 4 || (entry->d_name[0] == '.' &&
                                                faccessat(records, arena_copy(arena, entry->d_name + 1, length - 5),
                                                        F_OK, 0) == 0)))
                        found = arena_copy(arena, entry->d_name, length);
        }
        if (directory)
                closedir(directory);
        return found;
}

void records_clean(void) {
        Arena arena = ARENA_NULL;
        int records = open(RECORDS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const char *name = records < 0 ? NULL : find_left_over(&arena, records);

        if (records >= 0)
                close(records);
        /* Or it is about to be finished. */
        records = name ? records_open() : -1;
        while (records >= 0 && (name = find_left_over(&arena, records)) &&
                (strcmp(name, NEW_FILE) == 0 ? remove_file(records, name) : remove_directory(records, name)))
                ;
        if (records >= 0)
                close(records);
        arena_free(&arena);
}

bool record_mark_start(const char *container) {
        Arena arena = ARENA_NULL;
        int records = records_open();
        const char *path = arena_printf(&arena, RECORD_START_MARK, container);
        bool good = records >= 0 && (faccessat(records, path, F_OK, 0) == 0 ||
                                            write_file(records, RECORDS_DIRECTORY, path, &BUFFER_NULL));

        if (records >= 0)
                close(records);
        arena_free(&arena);
        return good;
}
