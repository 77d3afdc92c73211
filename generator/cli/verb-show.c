/* SPDX-License-Identifier: MIT */
/* nixos-container show-ip, show-host-key, logs, check. */
#include "base/file.h"
#include "base/inside.h"
#include "base/interrupt.h"
#include "base/lines.h"
#include "base/run-program.h"
#include "base/words.h"
#include "bus/machined.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "config.h"
#include "manifest/model.h"
#include "netfilter/blocked.h"
#include "netfilter/legacy.h"
#include "state/record.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* Asks machined, as nothing is declared. */
static int ask_for_address(const char *name, char ret_text[static ADDRESS_SIZE]) {
        CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
        CLEANUP_BUS sd_bus *bus = NULL;
        int r = host_bus_connect(&bus);

        if (r < 0)
                return r;
        r = machine_address(bus, name, ret_text, &error);
        if (r < 0 && sd_bus_error_has_name(&error, MACHINED_NO_SUCH_MACHINE))
                return log_error(r, "No address is declared for %s, which is not running.", name);
        if (r < 0 && sd_bus_error_is_set(&error))
                return log_error(r, "No address is declared for %s: %s", name, machine_error_text(&error, r));
        if (r < 0)
                return log_error(r, "No address is declared for %s, which has none.", name);
        return r;
}

int verb_show_ip(Host *host, const HostContainer *container) {
        const Container *entry = container->declared ? container->declared : host_running(host, container);
        char texts[2][ADDRESS_SIZE];
        int r = 0;

        if (!entry)
                return log_error(
                        ENOENT, "Failed to determine the configuration that %s was started with.", container->name);
        if (!container_has_own_loopback(entry))
                return log_error(
                        EADDRNOTAVAIL, "%s uses the host's network and has no address of its own.", container->name);
        if (host_addresses(entry, texts) == 0)
                r = ask_for_address(container->name, texts[0]);
        if (r >= 0)
                printf("%s\n", texts[0]);
        return r;
}

/* Opens a container's root directory: of what runs, as an ephemeral one's is nowhere else. */
static int open_root(Host *host, const HostContainer *container) {
        const char *path = arena_join(&host->arena, STATE_ROOTS, container->name);
        CLEANUP_BUS sd_bus *bus = NULL;
        pid_t leader;
        int fd;

        if (container->has_record && host_bus_connect(&bus) >= 0 &&
                machine_leader(bus, container->name, &leader, NULL) >= 0)
                path = arena_printf(&host->arena, "/proc/%i/root", leader);
        fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? log_error(errno, "Failed to open the rootfs of %s: %s: %m", container->name, path) : fd;
}

/* The longest public key that is shown. One of 16384 bits takes less than 3 KiB. */
#define HOST_KEY_MAX 16384

/* How long it is read at most. systemd-machined, which is asked before, has 25 s. */
#define HOST_KEY_TIMEOUT_S 60

/* Prints a public key, which the container's root can write as they like: a line of printable ASCII, or it is none. */
static int print_host_key(const char *name, const char *path, const char *text, size_t length) {
        size_t line = 0;

        while (line < length && text[line] >= ' ' && text[line] <= '~')
                line++;
        if (line > 0 && line <= HOST_KEY_MAX && (line == length || (text[line] == '\n' && line + 1 == length))) {
                printf("%.*s\n", (int)line, text);
                return 0;
        }
        if (length == 0)
                return log_error(EINVAL, "The SSH host key of %s is empty: /%s", name, path);
        if (line > HOST_KEY_MAX)
                return log_error(
                        EINVAL, "The SSH host key of %s is longer than %i bytes: /%s", name, HOST_KEY_MAX, path);
        return log_error(EINVAL,
                "The SSH host key of %s is not a single line of printable ASCII (byte 0x%02x at offset %zu): /%s", name,
                (unsigned char)text[line], line, path);
}

static int show_host_key(const HostContainer *container, int root) {
        static const char *const paths[] = {"etc/ssh/ssh_host_ed25519_key.pub", "etc/ssh/ssh_host_ecdsa_key.pub"};
        CLEANUP_CLOSE int fd = -1;
        const char *path = NULL;
        char text[HOST_KEY_MAX + 2];
        ssize_t length;

        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && fd < 0; i++) {
                path = paths[i];
                fd = inside_open(root, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
        }
        if (fd < 0)
                return log_error(errno, "%s has no SSH host key: /%s: %m", container->name, paths[0]);
        length = read_file_start(fd_path(fd).text, text, sizeof(text));
        if (length < 0)
                return log_error((int)length, "Failed to read the SSH host key of %s: %m", container->name);
        return print_host_key(container->name, path, text, (size_t)length);
}

/* Another process reads it: what is mounted in a container may be a file system that it serves itself, and answers nothing. */
int verb_show_host_key(Host *host, const HostContainer *container) {
        CLEANUP_CLOSE int root = open_root(host, container);
        pid_t pid;
        int r;

        if (root < 0)
                return root;
        if ((pid = fork()) == 0) {
                r = show_host_key(container, root);
                end_child(flush_stdout() < 0 || r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
        }
        r = interrupt_end_program(pid < 0 ? negative_errno() : pid, HOST_KEY_TIMEOUT_S);
        if (r == -ETIMEDOUT)
                return log_error(
                        r, "Timed out reading the SSH host key of %s (%i s).", container->name, HOST_KEY_TIMEOUT_S);
        if (r < 0)
                return log_error(r, "Failed to read the SSH host key of %s: %m", container->name);
        return r > 0 ? -EIO : 0;
}

int verb_logs(int argc, char *argv[]) {
        const char *name = argc > 1 ? argv[1] : NULL;
        CLEANUP_HOST Host host = HOST_NULL;
        const char **arguments;

        if (!name || name[0] == '-')
                return fail_usage(argv, "expected a container name, optionally followed by journalctl options.");
        host_read(&host);
        if (!host_find(&host, name))
                return -ENOENT;
        arguments = arena_alloc(&host.arena, ((size_t)argc + 3) * sizeof(*arguments));
        arguments[0] = TOOL_JOURNALCTL;
        arguments[1] = "--unit";
        arguments[2] = container_unit(&host.arena, name);
        for (int i = 2; i < argc; i++)
                arguments[i + 1] = argv[i];
        execv(TOOL_JOURNALCTL, (char *const *)arguments);
        return log_error(errno, "Failed to run %s: %m", TOOL_JOURNALCTL);
}

/* Says what of the host's rules is not looked at, and may drop something. */
static void note_legacy(void) {
        static const char *const programs[] = {"iptables-legacy", "ip6tables-legacy"};

        for (int i = 0; i < 2; i++)
                if (legacy_closes_forward(i == 1))
                        log_message(LOG_NOTICE,
                                "The policy of chain FORWARD of %1$s is DROP, and its rules are not evaluated. To list "
                                "them, run: %1$s -S",
                                programs[i]);
}

/* Says which ports of localhost are forwarded to a container by sockets, which do less than BPF: UDP is then not forwarded at all. */
static void note_localhost(const char *name, const Buffer *localhost) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        bool has_bpf = path_exists(LOCALHOST_DIRECTORY);
        size_t sockets = 0, nowhere = 0;

        for_each_line(line, end, localhost) {
                const char *label = take_word(&arena, &line);

                if (!label || label[0] == '#')
                        continue;
                if (text_behind(label, "udp:"))
                        nowhere += !has_bpf;
                else
                        sockets += path_exists(
                                arena_printf(&arena, "/run/systemd/transient/container-%s-%s.socket", name, label));
        }
        if (sockets + nowhere > 0)
                log_message(LOG_NOTICE,
                        "Container %s: without BPF, TCP ports of localhost are forwarded by systemd-socket-proxyd "
                        "(%zu), "
                        "UDP ports are not forwarded (%zu). The container's log says why.",
                        name, sockets, nowhere);
}

/* Says what the host drops of what running containers are to send and receive, and what it forwards in other ways than by BPF, to those who
 * may read its rules and the records. Returns how much is dropped. */
static size_t warn_of_blocked(void) {
        CLEANUP_RULESET Ruleset ruleset = RULESET_NULL;
        CLEANUP_BUFFER Buffer messages = BUFFER_NULL;
        CLEANUP_HOST Host host = HOST_NULL;
        bool is_concerned = false;

        if (ruleset_read(&ruleset) < 0)
                return 0;
        host_read(&host);
        for (size_t i = 0; i < host.length; i++) {
                CLEANUP_RECORD_PARTS RecordParts parts = RECORD_PARTS_NULL;

                if (!host.containers[i].has_record || record_read_parts(host.containers[i].name, &parts) < 0)
                        continue;
                is_concerned |= parts.nft.length > 0;
                note_localhost(host.containers[i].name, &parts.localhost);
                blocked_find(&ruleset, host.containers[i].name, &parts.network, &parts.nft, &messages);
        }
        if (is_concerned)
                note_legacy();
        return blocked_log(&messages, &BUFFER_NULL);
}

int verb_check(int argc, char *argv[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_MANIFEST Manifest manifest = MANIFEST_NULL;
        int r = read_operands(argc, argv, NULL, OPERANDS_ANY);
        size_t blocked;

        if (r < 0)
                return r;
        model_load(&manifest, &arena, "", optind < argc ? argv + optind : NULL, argc - optind, MODEL_LINKS);
        diagnostics_log(&manifest.diagnostics, SEVERITY_WARNING, DIAGNOSTICS_LOGGED_MAX);
        blocked = optind < argc ? 0 : warn_of_blocked();
        return manifest.diagnostics.errors + manifest.diagnostics.warnings + blocked > 0 ? -EINVAL : 0;
}
