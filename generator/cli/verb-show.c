/* nixos-container show-ip, show-host-key, logs, check. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/inside.h"
#include "bus/machined.h"
#include "cli/host.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "config.h"
#include "manifest/closures.h"
#include "manifest/manifests.h"
#include "manifest/mounts.h"
#include "state/paths.h"
#include "systemd/log.h"

/* Asks machined, as nothing is declared. */
static bool ask_for_address(const char *name, char ret_text[static ADDRESS_SIZE]) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus *bus = host_bus_connect();
        bool good;

        if (!bus)
                return false;
        good = machine_address(bus, name, ret_text, &error);
        if (!good && sd_bus_error_has_name(&error, "org.freedesktop.machine1.NoSuchMachine"))
                log_message(LOG_ERR, "No address is declared for %s, and it is not running.", name);
        else if (!good && sd_bus_error_is_set(&error))
                log_message(LOG_ERR, "No address is declared for %s: %s", name, bus_error_text(&error));
        else if (!good)
                log_message(LOG_ERR, "No address is declared for %s, and it has none.", name);
        sd_bus_error_free(&error);
        sd_bus_flush_close_unref(bus);
        return good;
}

static bool show_ip(Host *host, const HostContainer *container) {
        const Container *entry = container->declared ? container->declared : host_running(host, container);
        char text[ADDRESS_SIZE];

        if (!entry) {
                log_message(LOG_ERR, "It is not known how %s was declared when it was started.", container->name);
                return false;
        }
        if (!container_has_own_network(entry) && !entry->rare->network_namespace.text) {
                log_message(LOG_ERR, "%s has the network of the host and no address of its own.", container->name);
                return false;
        }
        if (entry->private_network.value && entry->link.local_address.address.family)
                address_format(&entry->link.local_address.address, text);
        else if (entry->private_network.value && entry->link.local_address6.address.family)
                address_format(&entry->link.local_address6.address, text);
        else if (!ask_for_address(container->name, text))
                return false;
        printf("%s\n", text);
        return true;
}

int verb_show_ip(int argc, char *argv[]) {
        const char *name = name_operand(argc, argv);
        const HostContainer *container;
        bool good;
        Host host;

        if (!name)
                return EXIT_FAILURE;
        host_read(&host);
        container = host_find(&host, name);
        good = container && show_ip(&host, container);
        host_free(&host);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Opens a container's root directory: of what runs, as an ephemeral one's is nowhere else. */
static int open_root(Host *host, const HostContainer *container) {
        const char *path = arena_join(&host->arena, STATE_ROOTS, container->name);
        sd_bus *bus = container->has_record ? host_bus_connect() : NULL;
        pid_t leader;
        int fd;

        if (bus && machine_leader(bus, container->name, &leader, NULL))
                path = arena_printf(&host->arena, "/proc/%i/root", leader);
        sd_bus_flush_close_unref(bus);
        fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                log_message(LOG_ERR, "Cannot open the root directory of %s: %s: %s", container->name, path,
                        strerror(errno));
        return fd;
}

/* The longest public key that is shown. One of 16384 bits takes less than 3 KiB. */
#define HOST_KEY_MAX 16384

/* Prints a public key, which the container's root can write as they like: a line of printable ASCII, or it is none. */
static bool print_host_key(const char *name, const char *path, const char *text, size_t length) {
        size_t line = 0;

        while (line < length && text[line] >= ' ' && text[line] <= '~')
                line++;
        if (line > 0 && line <= HOST_KEY_MAX && (line == length || (text[line] == '\n' && line + 1 == length))) {
                printf("%.*s\n", (int)line, text);
                return true;
        }
        if (length == 0)
                log_message(LOG_ERR, "The SSH host key of %s is empty: /%s", name, path);
        else if (line > HOST_KEY_MAX)
                log_message(LOG_ERR, "The SSH host key of %s is longer than %i bytes: /%s", name, HOST_KEY_MAX, path);
        else
                log_message(LOG_ERR,
                        "The SSH host key of %s is not one line of printable ASCII, found the byte 0x%02x behind %zu "
                        "others: /%s",
                        name, (unsigned char)text[line], line, path);
        return false;
}

static bool show_host_key(Host *host, const HostContainer *container) {
        static const char *const paths[] = {"etc/ssh/ssh_host_ed25519_key.pub", "etc/ssh/ssh_host_ecdsa_key.pub"};
        int root = open_root(host, container), fd = -1;
        const char *path = NULL;
        char text[HOST_KEY_MAX + 2];
        ssize_t length;

        if (root < 0)
                return false;
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && fd < 0; i++) {
                path = paths[i];
                fd = inside_open(root, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
        }
        close(root);
        if (fd < 0) {
                log_message(LOG_ERR, "%s has no SSH host key: /%s: %s", container->name, paths[0], strerror(errno));
                return false;
        }
        length = read_file_start(arena_printf(&host->arena, "/proc/self/fd/%i", fd), text, sizeof(text));
        if (length < 0)
                log_message(LOG_ERR, "Cannot read the SSH host key of %s: %s", container->name, strerror(errno));
        close(fd);
        return length >= 0 && print_host_key(container->name, path, text, (size_t)length);
}

int verb_show_host_key(int argc, char *argv[]) {
        const char *name = name_operand(argc, argv);
        const HostContainer *container;
        bool good;
        Host host;

        if (!name)
                return EXIT_FAILURE;
        host_read(&host);
        container = host_find(&host, name);
        good = container && show_host_key(&host, container);
        host_free(&host);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int verb_logs(int argc, char *argv[]) {
        const char *name = argc > 1 ? argv[1] : NULL;
        const char **arguments;
        Host host;

        if (!name || name[0] == '-')
                return fail_usage(argv, "it takes the name of a container, and options of journalctl behind it.");
        host_read(&host);
        if (!host_find(&host, name)) {
                host_free(&host);
                return EXIT_FAILURE;
        }
        arguments = arena_alloc(&host.arena, ((size_t)argc + 3) * sizeof(*arguments));
        arguments[0] = TOOL_JOURNALCTL;
        arguments[1] = "--unit";
        arguments[2] = container_unit(&host.arena, name);
        for (int i = 2; i < argc; i++)
                arguments[i + 1] = argv[i];
        execv(TOOL_JOURNALCTL, (char *const *)arguments);
        log_message(LOG_ERR, "%s: %s", TOOL_JOURNALCTL, strerror(errno));
        host_free(&host);
        return EXIT_FAILURE;
}

int verb_check(int argc, char *argv[]) {
        static const struct option options[] = {{0}};
        Arena arena = ARENA_NULL;
        Manifest manifest = {.arena = &arena};
        NameTable names = NAME_TABLE_NULL;
        Diagnostics diagnostics;
        bool good;

        if (getopt_long(argc, argv, "", options, NULL) >= 0)
                return EXIT_FAILURE;
        diagnostics_init(&diagnostics, &arena);
        for (int i = optind; i < argc; i++)
                manifest_read(&manifest, argv[i], argv[i], &diagnostics);
        if (optind == argc)
                manifests_read(&manifest, "", &diagnostics);
        check_manifest(&manifest, &names, &diagnostics);
        closures_read(&manifest, "", &diagnostics);
        mounts_check(&manifest, "", &diagnostics);
        diagnostics_log(&diagnostics);
        good = diagnostics.errors + diagnostics.warnings == 0;
        name_table_free(&names);
        diagnostics_free(&diagnostics);
        manifest_free(&manifest);
        arena_free(&arena);
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
