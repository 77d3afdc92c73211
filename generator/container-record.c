/* container-record: makes and removes the record of a container, see record.h. The container's unit runs it first and
 * last.
 *
 *   container-record create [--claim=CLAIM…] --snippet=NAME… DIRECTORY CONTAINER
 *       Copies the unit and its snippets from the generator's DIRECTORY, and its own standard input, which is the
 * unit's, into the record. If another container has one of the claims, says which and fails. container-record remove
 * CONTAINER Undoes what the record says was added, and removes the record. Does nothing if there is none.
 *   container-record settle LINK
 *       Waits until udev, where it runs, is done with a network link that was just made: systemd-nspawn refuses it
 * before. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
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

typedef struct Names {
        const char **items;
        size_t length;
} Names;

static void add_name(Names *names, const char *name) {
        names->items = reallocate(names->items, (names->length + 1) * sizeof(*names->items));
        names->items[names->length++] = name;
}

/* Opens RECORDS_DIRECTORY, which is made if it is missing, and locks it until the program ends: what is read and
 * written here, and the table of nftables that all containers share, has one user at a time. */
static int open_records(void) {
        int fd;

        if ((mkdir(RECORDS_DIRECTORY, 0755) < 0 && errno != EEXIST) ||
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

static void release_claims(Arena *arena, int records, const char *container, const Buffer *claims) {
        char holder[NAME_MAX + 1];
        const char *end = claims->text + claims->length;

        for (const char *line = claims->text; line < end;) {
                const char *newline = memchr(line, '\n', (size_t)(end - line));
                const char *claim;

                if (!newline)
                        break;
                claim = arena_copy(arena, line, (size_t)(newline - line));
                if (read_claim(arena, records, claim, holder) && strcmp(holder, container) == 0)
                        unlinkat(records, claim_path(arena, claim), 0);
                line = newline + 1;
        }
}

/* Takes all claims or none. */
static bool take_claims(Arena *arena, int records, const char *container, const Names *claims, const Buffer *lines) {
        bool taken = true;

        for (size_t i = 0; i < claims->length; i++) {
                const char *path = claim_path(arena, claims->items[i]);
                char holder[NAME_MAX + 1];

                if (symlinkat(container, records, path) == 0)
                        continue;
                if (errno == EEXIST && read_claim(arena, records, claims->items[i], holder)) {
                        if (strcmp(holder, container) == 0)
                                continue;
                        if (faccessat(records, holder, F_OK, 0) == 0) {
                                log_message(LOG_ERR, "Container %s cannot start: %s is in use by container %s.",
                                        container, claims->items[i], holder);
                                taken = false;
                                continue;
                        }
                        /* Left over from one that has no record any more. */
                        if (unlinkat(records, path, 0) == 0 && symlinkat(container, records, path) == 0)
                                continue;
                }
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", path, strerror(errno));
                taken = false;
        }
        if (!taken)
                release_claims(arena, records, container, lines);
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

/* Removes what systemd-nspawn leaves behind when it is killed: the mount through which it passes mounts into the
 * container and the one through which the container's sockets are seen. Newer versions have an option for that,
 * --cleanup. */
static void remove_nspawn_mounts(Arena *arena, const char *container) {
        static const char *const directories[] = {"propagate", "unix-export"};

        for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
                const char *path = arena_printf(arena, "/run/systemd/nspawn/%s/%s", directories[i], container);

                (void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
                (void)rmdir(path);
        }
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
        network = read_recorded(arena, container, RECORD_NETWORK);
        claims = read_recorded(arena, container, RECORD_CLAIMS);

        remove_links(&network);
        if (nft.length > 0) {
                /* From here on a reload of the host's rules does not put them back. */
                unlinkat(records, arena_printf(arena, "%s/" RECORD_NFT, container), 0);
                removed = remove_forwards(arena, records, &nft);
        }
        unregister_machine(arena, container);
        remove_nspawn_mounts(arena, container);
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

typedef struct Start {
        const char *container;
        const char *directory; /* the generator's */
        Names claims;
        Names snippets;
} Start;

/* Writes the files of the record into @new, which is empty. */
static bool fill_record(Arena *arena, int new, const Start *start, const Buffer *claims) {
        Buffer text = BUFFER_NULL;
        bool good = true;

        for (size_t i = 0; i < start->snippets.length && good; i++) {
                const char *snippet = start->snippets.items[i];

                good = read_generated(arena_printf(arena, "%s/" SNIPPETS_DIRECTORY "/%s.%s", start->directory,
                                              start->container, snippet),
                               &text) &&
                       write_file(new, snippet, &text);
                if (good && strcmp(snippet, RECORD_TMPFILES) == 0)
                        good = remove_files(arena, &text);
        }

        good = good &&
               read_generated(
                       arena_printf(arena, "%s/container@%s.service", start->directory, start->container), &text) &&
               write_file(new, RECORD_UNIT, &text);

        text.length = 0;
        if (good && !read_all(STDIN_FILENO, &text)) {
                log_message(LOG_ERR, "standard input: %s", strerror(errno));
                good = false;
        }
        good = good && (text.length == 0 || write_file(new, RECORD_NETWORK, &text)) &&
               (claims->length == 0 || write_file(new, RECORD_CLAIMS, claims));
        buffer_free(&text);
        return good;
}

static bool create_record(Arena *arena, const Start *start) {
        const char *temporary = arena_printf(arena, ".%s.new", start->container);
        Buffer claims = BUFFER_NULL;
        int records = open_records(), new = -1;
        bool good = false;

        for (size_t i = 0; i < start->claims.length; i++) {
                buffer_append(&claims, start->claims.items[i], strlen(start->claims.items[i]));
                buffer_append(&claims, "\n", 1);
        }
        /* What an earlier run has left behind that did not get to its end. */
        (void)remove_record(arena, records, start->container);
        remove_directory(records, temporary);

        if (mkdirat(records, temporary, 0755) < 0 ||
                (new = openat(records, temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
                log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", temporary, strerror(errno));
        else if (fill_record(arena, new, start, &claims) &&
                 take_claims(arena, records, start->container, &start->claims, &claims)) {
                good = renameat(records, temporary, records, start->container) == 0;
                if (!good) {
                        log_message(LOG_ERR, RECORDS_DIRECTORY "/%s: %s", start->container, strerror(errno));
                        release_claims(arena, records, start->container, &claims);
                }
        }
        if (!good)
                remove_directory(records, temporary);
        if (new >= 0)
                close(new);
        close(records);
        buffer_free(&claims);
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
                "Usage: %1$s create [--claim=CLAIM…] --snippet=NAME… DIRECTORY CONTAINER\n"
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

static bool create(Arena *arena, Start *start, char *operands[]) {
        start->directory = operands[0];
        start->container = operands[1];
        if (!is_plain_name(start->container))
                fail_usage();
        return create_record(arena, start);
}

static bool remove_operand(Arena *arena, const char *container) {
        int records;
        bool removed;

        if (!is_plain_name(container))
                fail_usage();
        records = open_records();
        removed = remove_record(arena, records, container);
        close(records);
        return removed;
}

int main(int argc, char *argv[]) {
        static const struct option options[] = {
                {"claim", required_argument, NULL, 'c'},
                {"snippet", required_argument, NULL, 's'},
                {0},
        };
        Start start = {0};
        Arena arena = ARENA_NULL;
        const char *verb;
        int option, operands;
        bool good;

        while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
                if (option == 'c' || option == 's')
                        add_name(option == 'c' ? &start.claims : &start.snippets, optarg);
                else
                        fail_usage();

        operands = argc - optind - 1;
        verb = operands >= 0 ? argv[optind++] : "";
        if (strcmp(verb, "create") == 0 && operands == 2)
                good = create(&arena, &start, argv + optind);
        else if (strcmp(verb, "remove") == 0 && operands == 1)
                good = remove_operand(&arena, argv[optind]);
        else if (strcmp(verb, "settle") == 0 && operands == 1)
                good = settle(&arena, argv[optind]);
        else
                fail_usage();

        free(start.claims.items);
        free(start.snippets.items);
        arena_free(&arena);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
