/* container-record: makes and removes the record of a container, see record.h. The container's unit runs it first and
 * last.
 *
 *   container-record create DIRECTORY CONTAINER
 *       Copies the container's unit from the generator's DIRECTORY into the record, and takes its [X-…] sections apart.
 *       If another container has something that this one claims, says which and fails.
 *   container-record remove CONTAINER
 *       Undoes what the record says was added, and removes the record. Does nothing if there is none.
 *   container-record settle LINK
 *       Waits until udev, where it runs, is done with a network link that was just made: systemd-nspawn refuses it
 *       before. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "config.h"
#include "log.h"
#include "read-file.h"
#include "record.h"

/* The longest that create waits for the generator to have written its files again, in milliseconds: systemd itself
 * gives a reload 180 seconds, but nothing is waiting for those that long. */
#define GENERATOR_WAIT_MAX 60000
#define GENERATOR_WAIT_STEP 20

extern char **environ;

/* If the line from @line to @end starts with @prefix, gives what is behind it. */
static const char *behind(const char *line, const char *end, const char *prefix) {
        size_t length = strlen(prefix);

        return (size_t)(end - line) >= length && memcmp(line, prefix, length) == 0 ? line + length : NULL;
}

#define for_each_line(line, end, buffer)                                                                               \
        for (const char *line = (buffer)->text, *end;                                                                  \
                line < (buffer)->text + (buffer)->length &&                                                            \
                (end = memchr(line, '\n', (size_t)((buffer)->text + (buffer)->length - line)));                        \
                line = end + 1)

/* Opens RECORDS_DIRECTORY, which is made if it is missing, and locks it until the program ends: what is read and
 * written here, and the table of nftables that all containers share, has one user at a time. */
static int open_records(void) {
        int fd;

        if ((mkdir(RECORDS_DIRECTORY, 0700) < 0 && errno != EEXIST) ||
                (fd = open(RECORDS_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 || flock(fd, LOCK_EX) < 0 ||
                (mkdirat(fd, CLAIMS_DIRECTORY, 0755) < 0 && errno != EEXIST)) {
                log_message(LOG_ERR, RECORDS_DIRECTORY ": %s", strerror(errno));
                exit(EXIT_FAILURE);
        }
        return fd;
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

static void release_claims(Arena *arena, int records, const char *container, const Buffer *claims) {
        for_each_line(line, end, claims) {
                const char *claim = claim_in_line(arena, line, end);
                char holder[NAME_MAX + 1];

                if (claim && read_claim(arena, records, claim, holder) && strcmp(holder, container) == 0)
                        unlinkat(records, claim_path(arena, claim), 0);
        }
}

static bool take_claim(Arena *arena, int records, const char *container, const char *claim) {
        const char *path = claim_path(arena, claim);
        char holder[NAME_MAX + 1];

        if (symlinkat(container, records, path) == 0)
                return true;
        if (errno == EEXIST && read_claim(arena, records, claim, holder)) {
                if (strcmp(holder, container) == 0)
                        return true;
                if (faccessat(records, holder, F_OK, 0) == 0) {
                        log_message(LOG_ERR, "Container %s cannot start: %s is in use by container %s.", container,
                                claim, holder);
                        return false;
                }
                /* Left over from one that has no record any more. */
                if (unlinkat(records, path, 0) == 0 && symlinkat(container, records, path) == 0)
                        return true;
        }
        log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", path, strerror(errno));
        return false;
}

/* Takes all claims or none. */
static bool take_claims(Arena *arena, int records, const char *container, const Buffer *claims) {
        bool taken = true;

        for_each_line(line, end, claims) {
                const char *claim = claim_in_line(arena, line, end);

                taken = (!claim || take_claim(arena, records, container, claim)) && taken;
        }
        if (!taken)
                release_claims(arena, records, container, claims);
        return taken;
}

static bool write_file(int directory, const char *name, const Buffer *text) {
        int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        size_t written = 0;

        while (fd >= 0 && written < text->length) {
                ssize_t n = write(fd, text->text + written, text->length - written);

                if (n < 0 && errno != EINTR)
                        break;
                if (n > 0)
                        written += (size_t)n;
        }
        if (fd < 0 || written < text->length || (close(fd) < 0 && errno != EINTR)) {
                log_message(LOG_ERR, "%s: %s", name, strerror(errno));
                return false;
        }
        return true;
}

/* Removes the directory @name and the files in it. It has no directories in it. */
static void remove_directory(int records, const char *name) {
        int fd = openat(records, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        const struct dirent *entry;

        if (!directory) {
                if (errno != ENOENT)
                        log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", name, strerror(errno));
                return;
        }
        while ((entry = readdir(directory)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        unlinkat(fd, entry->d_name, 0);
        closedir(directory);
        if (unlinkat(records, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", name, strerror(errno));
}

/* Runs a program with @input as its standard input. Returns its exit status, or -1. */
static int run(char *const arguments[], const Buffer *input) {
        posix_spawn_file_actions_t actions;
        int fd = memfd_create("input", MFD_CLOEXEC), status = -1;
        pid_t pid;
        int r;

        if (fd < 0 || write(fd, input->text, input->length) != (ssize_t)input->length || lseek(fd, 0, SEEK_SET) < 0) {
                log_message(LOG_ERR, "%s: %s", arguments[0], strerror(errno));
                if (fd >= 0)
                        close(fd);
                return -1;
        }
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        r = posix_spawn(&pid, arguments[0], &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        close(fd);
        if (r != 0) {
                log_message(LOG_ERR, "%s: %s", arguments[0], strerror(r));
                return -1;
        }
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Deletes the links that the batch for ip(8) has added, those that are still there: the kernel deletes them itself when
 * it deletes the container's network namespace, which is going on meanwhile. */
static void remove_links(const Buffer *network) {
        char *const ip[] = {(char *)TOOL_IP, (char *)"-force", (char *)"-batch", (char *)"-", NULL};
        Buffer batch = BUFFER_NULL;

        for_each_line(line, end, network) {
                const char *link = behind(line, end, "link add name ");
                char name[IFNAMSIZ];
                size_t length = 0;

                while (link && length < sizeof(name) - 1 && link + length < end && link[length] != ' ')
                        name[length] = link[length], length++;
                name[length] = '\0';
                if (!link || if_nametoindex(name) == 0)
                        continue;
                buffer_append(&batch, "link delete dev ", 16);
                buffer_append(&batch, name, length);
                buffer_append(&batch, "\n", 1);
        }
        if (batch.length > 0)
                (void)run(ip, &batch);
        buffer_free(&batch);
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

/* Deletes the elements that @script has added, in one transaction. The script comes first in it, so that it succeeds if
 * somebody has flushed the ruleset meanwhile too. Whoever is the last deletes the table. */
static bool remove_forwards(Arena *arena, int records, const Buffer *script) {
        static const char delete[] = "delete ", delete_table[] = "delete table inet nixos-containers\n";
        char *const nft[] = {(char *)TOOL_NFT, (char *)"-f", (char *)"-", NULL};
        Buffer input = BUFFER_NULL;
        bool removed;

        buffer_append(&input, script->text, script->length);
        for_each_line(line, end, script) {
                if (!behind(line, end, "add element "))
                        continue;
                buffer_append(&input, delete, sizeof(delete) - 1);
                buffer_append(&input, line + 4, (size_t)(end + 1 - (line + 4)));
        }
        if (!others_forward(arena, records))
                buffer_append(&input, delete_table, sizeof(delete_table) - 1);
        removed = run(nft, &input) == 0;
        buffer_free(&input);
        return removed;
}

/* Removes what the snippet for systemd-tmpfiles says is to be removed: the root directory of an ephemeral container.
 * Only those lines are handed on, as systemd-tmpfiles spares what other lines make. */
static bool remove_files(Arena *arena, const Buffer *tmpfiles) {
        char *const systemd_tmpfiles[] = {(char *)TOOL_SYSTEMD_TMPFILES, (char *)"--remove", (char *)"-", NULL};
        Buffer lines = BUFFER_NULL;
        bool removed = true;

        for_each_line(line, end, tmpfiles) {
                const char *path = behind(line, end, "R ");

                if (path && access(arena_copy(arena, path, (size_t)(end - path)), F_OK) == 0)
                        buffer_append(&lines, line, (size_t)(end + 1 - line));
        }
        if (lines.length > 0)
                removed = run(systemd_tmpfiles, &lines) == 0;
        buffer_free(&lines);
        return removed;
}

/* Removes what systemd-nspawn leaves behind when it is killed: the mount through which it passes mounts into the container,
 * the one through which the container's sockets are seen, and the lock of the root directory. Newer versions have an option
 * for the mounts, --cleanup. */
static void remove_nspawn_leftovers(Arena *arena, const char *container) {
        static const char *const mounts[] = {"/run/systemd/nspawn/propagate", "/run/systemd/nspawn/unix-export"};
        static const char *const locks[] = {"/run/nixos-containers", "/var/lib/nixos-containers"};

        for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
                const char *path = arena_printf(arena, "%s/%s", mounts[i], container);

                (void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
                (void)rmdir(path);
        }
        for (size_t i = 0; i < sizeof(locks) / sizeof(locks[0]); i++)
                (void)unlink(arena_printf(arena, "%s/.#%s.lck", locks[i], container));
}

/* Makes systemd-machined forget the machine, if systemd-nspawn was killed before it could: it would refuse the next of
 * the name while the unit exists. */
static void unregister_machine(Arena *arena, const char *container) {
        char *const busctl[] = {(char *)TOOL_BUSCTL, (char *)"--quiet", (char *)"call",
                (char *)"org.freedesktop.machine1", (char *)"/org/freedesktop/machine1",
                (char *)"org.freedesktop.machine1.Manager", (char *)"UnregisterMachine", (char *)"s", (char *)container,
                NULL};

        if (access(arena_printf(arena, "/run/systemd/machines/%s", container), F_OK) == 0)
                (void)run(busctl, &BUFFER_NULL);
}

/* Reads a file of the record; one that is not there is empty. */
static Buffer read_recorded(Arena *arena, const char *container, const char *file) {
        const char *path = arena_printf(arena, RECORDS_DIRECTORY "/%s/%s", container, file);
        Buffer text = BUFFER_NULL;

        if (!read_file(path, &text) && errno != ENOENT)
                log_message(LOG_ERR, "%s: %s", path, strerror(errno));
        return text;
}

static bool remove_record(Arena *arena, int records, const char *container) {
        Buffer tmpfiles, nft, network, claims;
        bool removed = true;

        if (faccessat(records, container, F_OK, 0) < 0)
                return true;
        tmpfiles = read_recorded(arena, container, RECORD_TMPFILES);
        nft = read_recorded(arena, container, RECORD_NFT);
        if (nft.length == 0)
                nft = read_recorded(arena, container, RECORD_NFT_ENDING);
        network = read_recorded(arena, container, RECORD_NETWORK);
        claims = read_recorded(arena, container, RECORD_CLAIMS);

        remove_links(&network);
        if (nft.length > 0) {
                /* From here on a reload of the host's rules does not put them back. */
                (void)renameat(records, arena_printf(arena, "%s/" RECORD_NFT, container), records,
                        arena_printf(arena, "%s/" RECORD_NFT_ENDING, container));
                removed = remove_forwards(arena, records, &nft);
        }
        unregister_machine(arena, container);
        remove_nspawn_leftovers(arena, container);
        removed = remove_files(arena, &tmpfiles) && removed;
        release_claims(arena, records, container, &claims);
        remove_directory(records, container);

        buffer_free(&tmpfiles);
        buffer_free(&nft);
        buffer_free(&network);
        buffer_free(&claims);
        return removed;
}

/* Reads a file of the generator's directory, which is emptied and written anew at each daemon-reload: waits until it is
 * there and whole. The last line of these files starts with "# End of ". */
static bool read_generated(const char *path, Buffer *text) {
        static const char last[] = "\n# End of ";
        const struct timespec step = {.tv_nsec = GENERATOR_WAIT_STEP * 1000L * 1000};

        for (int waited = 0; waited < GENERATOR_WAIT_MAX; waited += GENERATOR_WAIT_STEP) {
                text->length = 0;
                if (read_file(path, text)) {
                        const char *end = memrchr(text->text, '\n', text->length ? text->length - 1 : 0);

                        if (end && behind(end, text->text + text->length, last) && text->text[text->length - 1] == '\n')
                                return true;
                } else if (errno != ENOENT) {
                        break;
                }
                nanosleep(&step, NULL);
        }
        log_message(LOG_ERR, "%s: %s", path,
                errno == ENOENT ? "it is not there; run: systemctl daemon-reload" : strerror(errno));
        return false;
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

/* Writes the record of @unit into the directory @new, which is empty. */
static bool fill_record(Arena *arena, int new, const Buffer *unit) {
        static const struct {
                const char *section, *file;
        } files[] = {
                {"[X-Claims]", RECORD_CLAIMS},
                {"[X-Tmpfiles]", RECORD_TMPFILES},
                {"[X-Network]", RECORD_NETWORK},
                {"[X-Nftables]", RECORD_NFT},
        };
        bool good = write_file(new, RECORD_UNIT, unit);

        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && good; i++) {
                Buffer content = section(unit, files[i].section);

                good = content.length == 0 || write_file(new, files[i].file, &content);
                /* The root of an ephemeral container that had no end of its own. */
                if (good && strcmp(files[i].file, RECORD_TMPFILES) == 0)
                        good = remove_files(arena, &content);
                buffer_free(&content);
        }
        return good;
}

/* Makes the record out of sight and then, at once, what it is to be. */
static bool write_record(Arena *arena, int records, const char *container, const Buffer *unit) {
        const char *temporary = arena_printf(arena, ".%s.new", container);
        bool good;
        int new;

        remove_directory(records, temporary);
        if (mkdirat(records, temporary, 0755) < 0 ||
                (new = openat(records, temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", temporary, strerror(errno));
                return false;
        }
        good = fill_record(arena, new, unit);
        close(new);
        if (good && renameat(records, temporary, records, container) < 0) {
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", container, strerror(errno));
                good = false;
        }
        if (!good)
                remove_directory(records, temporary);
        return good;
}

static bool create_record(Arena *arena, const char *directory, const char *container) {
        Buffer unit = BUFFER_NULL, claims;
        int records;
        bool good;

        if (!read_generated(arena_printf(arena, "%s/container@%s.service", directory, container), &unit)) {
                buffer_free(&unit);
                return false;
        }
        claims = section(&unit, "[X-Claims]");

        records = open_records();
        /* What an earlier run has left behind that did not get to its end. */
        (void)remove_record(arena, records, container);
        good = take_claims(arena, records, container, &claims);
        if (good && !write_record(arena, records, container, &unit)) {
                release_claims(arena, records, container, &claims);
                good = false;
        }
        close(records);
        buffer_free(&claims);
        buffer_free(&unit);
        return good;
}

static bool settle(Arena *arena, const char *link) {
        char *const udevadm[] = {(char *)TOOL_UDEVADM, (char *)"wait", (char *)"--timeout=30",
                (char *)arena_printf(arena, "/sys/class/net/%s", link), NULL};

        if (access("/run/udev/control", F_OK) < 0)
                return true;
        execv(udevadm[0], udevadm);
        log_message(LOG_ERR, "%s: %s", udevadm[0], strerror(errno));
        return false;
}

static __attribute__((noreturn)) void fail_usage(void) {
        fprintf(stderr,
                "Usage: %1$s create DIRECTORY CONTAINER\n"
                "       %1$s remove CONTAINER\n"
                "       %1$s settle LINK\n"
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

static bool remove_operand(Arena *arena, const char *container) {
        int records = open_records();
        bool removed = remove_record(arena, records, container);

        close(records);
        return removed;
}

int main(int argc, char *argv[]) {
        Arena arena = ARENA_NULL;
        bool good;

        if (argc == 4 && strcmp(argv[1], "create") == 0)
                good = create_record(&arena, argv[2], container_operand(argv[3]));
        else if (argc == 3 && strcmp(argv[1], "remove") == 0)
                good = remove_operand(&arena, container_operand(argv[2]));
        else if (argc == 3 && strcmp(argv[1], "settle") == 0)
                good = settle(&arena, argv[2]);
        else
                fail_usage();

        arena_free(&arena);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
