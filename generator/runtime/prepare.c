#include "runtime/prepare.h"

#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/run-program.h"
#include "config.h"
#include "runtime/conntrack.h"
#include "runtime/root-directory.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/nspawn-arguments.h"

/* How often, in steps of a millisecond, it is looked whether udev is done with a link before udevadm is asked to wait. */
#define UDEV_LOOKS 50

/* Whether udev's notes on a link say what sd_device_get_is_initialized(3) goes by: when it was done first, and that nothing is
 * going on. Where they are kept or look otherwise, udevadm knows better. */
static bool is_settled(Arena *arena, const char *link) {
        unsigned index = if_nametoindex(link);
        Buffer notes = BUFFER_NULL;
        bool initialized = false;

        if (index > 0 && read_file(arena_printf(arena, "/run/udev/data/n%u", index), &notes) >= 0)
                for_each_line(line, end, &notes) {
                        initialized = initialized || line_behind(line, end, "I:");
                        if (line_behind(line, end, "E:ID_PROCESSING=")) {
                                initialized = false;
                                break;
                        }
                }
        buffer_free(&notes);
        return initialized;
}

/* Waits until udev, where it runs, is done with a network link: systemd-nspawn refuses it before. */
static bool settle_link(const char *link) {
        const struct timespec step = {.tv_nsec = 1000L * 1000};
        Arena arena = ARENA_NULL;
        bool settled = access("/run/udev/control", F_OK) < 0;

        for (int i = 0; i < UDEV_LOOKS && !settled; i++) {
                settled = is_settled(&arena, link);
                if (!settled)
                        nanosleep(&step, NULL);
        }
        if (!settled) {
                char *const udevadm[] = {(char *)TOOL_UDEVADM, (char *)"wait", (char *)"--timeout=30",
                        (char *)arena_printf(&arena, "/sys/class/net/%s", link), NULL};

                settled = run_program(udevadm, &BUFFER_NULL) == 0;
        }
        arena_free(&arena);
        return settled;
}

/* Waits for the links of the host that systemd-nspawn is to use. One that was in the container until a moment ago is as new as one
 * that was just made. Those that are not there systemd-nspawn tells of. */
static bool settle_links(Arena *arena, const char *container, char *const program[]) {
        static const char *const options[] = {"--network-interface=", "--network-macvlan=", "--network-ipvlan="};

        for (size_t i = 0; program[i]; i++)
                for (size_t j = 0; j < sizeof(options) / sizeof(options[0]); j++) {
                        const char *value = nspawn_value_of(program[i], options[j]);
                        const char *link = value ? nspawn_parts(arena, value).part[0] : NULL;

                        if (!link || if_nametoindex(link) == 0 || settle_link(link))
                                continue;
                        log_message(LOG_ERR,
                                "Container %s cannot start: udev is not done with the network interface %s.", container,
                                link);
                        return false;
                }
        return true;
}

/* Whether the line, of tmpfiles.d(5), makes a directory that is there: systemd-tmpfiles would leave it as it is. */
static bool is_there(Arena *arena, const char *line, const char *end) {
        const char *path = memchr(line, ' ', (size_t)(end - line)), *path_end;
        struct stat status;

        if (*line != 'd' || !path)
                return false;
        path++;
        path_end = *path == '"' ? memchr(path + 1, '"', (size_t)(end - path - 1))
                                : memchr(path, ' ', (size_t)(end - path));
        path += *path == '"';
        if (!path_end || memchr(path, '\\', (size_t)(path_end - path)) || memchr(path, '%', (size_t)(path_end - path)))
                return false;
        return lstat(arena_copy(arena, path, (size_t)(path_end - path)), &status) == 0 && S_ISDIR(status.st_mode);
}

/* What there is to do for systemd-tmpfiles. What is to be removed has been already. */
static Buffer missing_files(Arena *arena, const Buffer *tmpfiles) {
        Buffer missing = BUFFER_NULL;

        for_each_line(line, end, tmpfiles) {
                if (line != end && *line != '#' && *line != 'R' && !is_in_root_directory(line, end) &&
                        !is_there(arena, line, end))
                        buffer_append(&missing, line, (size_t)(end + 1 - line));
        }
        return missing;
}

static bool is_element(const char *line, const char *end) {
        return line_behind(line, end, "add element ") != NULL;
}

/* The length of a script for nft without the elements, with which it ends. */
static size_t rules_length(const Buffer *script) {
        for_each_line(line, end, script) {
                if (is_element(line, end))
                        return (size_t)(line - script->text);
        }
        return script->length;
}

/* Whether the record of another container has a script with the same rules: then the table is there, unless somebody has deleted
 * it. */
static bool others_have_rules(Arena *arena, const char *container, const Buffer *script) {
        DIR *directory = opendir(RECORDS_DIRECTORY);
        size_t length = rules_length(script);
        const struct dirent *entry;
        bool found = false;

        while (directory && !found && (entry = readdir(directory))) {
                Buffer other;

                if (entry->d_name[0] == '.' || strcmp(entry->d_name, container) == 0)
                        continue;
                found = record_read(arena, entry->d_name, RECORD_NFT, &other) && rules_length(&other) == length &&
                        memcmp(other.text, script->text, length) == 0;
                buffer_free(&other);
        }
        if (directory)
                closedir(directory);
        return found;
}

/* A tool that runs. */
typedef struct Step {
        const char *tool;
        pid_t pid; /* 0 if there is nothing to do */
} Step;

static Step start_step(char *const arguments[], const Buffer *input) {
        pid_t pid = start_program(arguments, input, false);

        if (pid < 0)
                (void)log_error(pid, "%s: %m", arguments[0]);
        return (Step){arguments[0], pid};
}

static bool end_step(const Step *step, const char *container) {
        int status = step->pid == 0 ? 0 : end_program(step->pid);

        if (status > 0)
                log_message(LOG_ERR, "Container %s cannot start: %s failed with exit status %i.", container, step->tool,
                        status);
        return status == 0;
}

/* Adds only the elements, which is done in a moment: rules that are replaced take the kernel some time. */
static pid_t start_adding_elements(const Buffer *script) {
        char *const nft[] = {(char *)TOOL_NFT, (char *)"-f", (char *)"-", NULL};
        size_t length = rules_length(script);
        Buffer elements = {.text = script->text + length, .length = script->length - length};

        return start_program(nft, &elements, true);
}

/* Has another process listen on localhost, if the record says so: systemd takes its time, the more once it has new links to look at. */
static pid_t start_listening(const char *container, const char *record, Arena *arena) {
        pid_t pid;

        if (access(arena_printf(arena, "%s/" RECORD_LOCALHOST, record), F_OK) < 0 && errno == ENOENT)
                return 0;
        pid = fork();
        if (pid == 0)
                exit(record_listen(container) ? EXIT_SUCCESS : EXIT_FAILURE);
        if (pid < 0)
                log_message(LOG_WARNING, "Container %s cannot listen on localhost: %s", container, strerror(errno));
        return pid;
}

/* Whether the host has none of the interfaces yet that the batch for ip(8) adds. */
static bool links_are_free(Arena *arena, const char *container, const Buffer *network) {
        static const char peer[] = " peer name ";

        for_each_line(line, end, network) {
                const char *names[] = {line_behind(line, end, "link add name "), NULL};

                if (!names[0])
                        continue;
                names[1] = memmem(line, (size_t)(end - line), peer, sizeof(peer) - 1);
                if (names[1])
                        names[1] += sizeof(peer) - 1;
                for (size_t i = 0; i < 2 && names[i]; i++) {
                        const char *name = arena_copy(arena, names[i], strcspn(names[i], " \n"));

                        if (if_nametoindex(name) == 0)
                                continue;
                        log_message(LOG_ERR,
                                "Container %s cannot start: the host has an interface %s already, which is not the "
                                "container's. Rename one of them.",
                                container, name);
                        return false;
                }
        }
        return true;
}

/* What of a record is to be there before systemd-nspawn runs. */
typedef struct Parts {
        Buffer tmpfiles, network, script;
} Parts;

static bool add_parts(Arena *arena, const char *container, const Parts *parts, pid_t *ret_listening) {
        const char *record = arena_printf(arena, RECORDS_DIRECTORY "/%s", container);
        char *const systemd_tmpfiles[] = {(char *)TOOL_SYSTEMD_TMPFILES, (char *)"--create", (char *)"-", NULL};
        Buffer missing;
        char *const ip[] = {
                (char *)TOOL_IP, (char *)"-batch", (char *)arena_printf(arena, "%s/" RECORD_NETWORK, record), NULL};
        char *const nft[] = {
                (char *)TOOL_NFT, (char *)"-f", (char *)arena_printf(arena, "%s/" RECORD_NFT, record), NULL};
        Step links = {0}, rules = {0}, files = {0};
        pid_t elements = 0;
        bool good;

        if (!links_are_free(arena, container, &parts->network))
                return false;
        *ret_listening = start_listening(container, record, arena);
        missing = missing_files(arena, &parts->tmpfiles);
        if (parts->network.length > 0)
                links = start_step(ip, &BUFFER_NULL);
        if (parts->script.length > 0 && others_have_rules(arena, container, &parts->script))
                elements = start_adding_elements(&parts->script);
        else if (parts->script.length > 0)
                rules = start_step(nft, &BUFFER_NULL);
        if (missing.length > 0)
                files = start_step(systemd_tmpfiles, &missing);

        /* The table is not there any more. */
        if (elements != 0 && end_program(elements) != 0)
                rules = start_step(nft, &BUFFER_NULL);
        good = end_step(&rules, container);
        /* This takes the kernel about as long as the links do. */
        conntrack_forget(&parts->script, &BUFFER_NULL);
        good = end_step(&links, container) && good;
        good = end_step(&files, container) && good;
        buffer_free(&missing);
        return good;
}

bool prepare(const char *container, char *const program[], pid_t *ret_listening) {
        Arena arena = ARENA_NULL;
        Parts parts = {0};
        int holder = record_hold(container);
        bool good;

        *ret_listening = 0;
        good = holder >= 0 && record_read(&arena, container, RECORD_TMPFILES, &parts.tmpfiles) &&
               record_read(&arena, container, RECORD_NETWORK, &parts.network) &&
               record_read(&arena, container, RECORD_NFT, &parts.script) &&
               add_parts(&arena, container, &parts, ret_listening);
        if (holder >= 0)
                close(holder);
        /* Nothing is made by that. */
        good = good && settle_links(&arena, container, program);

        buffer_free(&parts.tmpfiles);
        buffer_free(&parts.network);
        buffer_free(&parts.script);
        arena_free(&arena);
        return good;
}
