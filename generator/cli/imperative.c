/* SPDX-License-Identifier: MIT */
#include "cli/imperative.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "manifest/closures.h"
#include "manifest/model.h"
#include "state/paths.h"
#include "systemd/log.h"

/* How the flake is kept in the manifest. */
#define FLAKE_COMMENT "# flake: "

ImperativePaths imperative_paths(Arena *arena, const char *name) {
        ImperativePaths paths = {
                .manifest = arena_printf(arena, MANIFESTS_DIRECTORY "/%s.yaml", name),
                .root = arena_join(arena, STATE_ROOTS, name),
                .profiles = arena_join(arena, "/nix/var/nix/profiles/per-container/", name),
                .gcroots = arena_join(arena, "/nix/var/nix/gcroots/per-container/", name),
        };

        paths.profile = arena_join(arena, paths.profiles, "/system");
        paths.profile_before = arena_join(arena, paths.profiles, "/system.before");
        return paths;
}

bool is_imperative(const Host *host, const HostContainer *container) {
        Arena arena = ARENA_NULL;
        const char *file = imperative_paths(&arena, container->name).manifest;
        struct stat status;
        bool good;

        good = container->declared && strcmp(container->declared->file, file) == 0 && lstat(file, &status) >= 0 &&
               S_ISREG(status.st_mode);
        for (size_t i = 0; i < host->manifest.length && good; i++)
                good = host->manifest.containers[i] == container->declared ||
                       strcmp(host->manifest.containers[i]->file, file) != 0;
        arena_free(&arena);
        return good;
}

static void append(Buffer *buffer, const char *text) {
        buffer_append(buffer, text, strlen(text));
}

static void append_text(Buffer *buffer, const char *key, const char *value) {
        Arena arena = ARENA_NULL;

        if (value)
                append(buffer, arena_printf(&arena, "    %s: %s\n", key, json_quote(&arena, value)));
        arena_free(&arena);
}

static bool parse_port(const char *text, size_t length, unsigned *ret) {
        unsigned number = 0;

        for (size_t i = 0; i < length; i++) {
                if (!isdigit((unsigned char)text[i]) || number > 65535)
                        return false;
                number = 10 * number + (unsigned)(text[i] - '0');
        }
        *ret = number;
        return length > 0 && number <= 65535;
}

/* "[PROTOCOL:]HOST[:CONTAINER]" */
static bool append_port(Buffer *buffer, const char *text) {
        const char *rest = text, *protocol = "tcp";
        Arena arena = ARENA_NULL;
        unsigned host = 0, container;
        size_t length;
        bool good;

        if (strncmp(rest, "tcp:", 4) == 0 || strncmp(rest, "udp:", 4) == 0) {
                protocol = rest[0] == 't' ? "tcp" : "udp";
                rest += 4;
        }
        length = strcspn(rest, ":");
        good = parse_port(rest, length, &host);
        container = host;
        if (good && rest[length] == ':')
                good = parse_port(rest + length + 1, strlen(rest + length + 1), &container);
        if (good)
                append(buffer,
                        arena_printf(&arena,
                                "      - { protocol: %s, hostPort: %u, containerPort: %u, openFirewall: true }\n",
                                protocol, host, container));
        else
                log_message(LOG_ERR, "\"%s\" is not a port to forward: [tcp:|udp:]PORT[:PORT].", text);
        arena_free(&arena);
        return good;
}

static void append_flake(Buffer *buffer, const char *flake) {
        Arena arena = ARENA_NULL;

        if (flake)
                append(buffer, arena_printf(&arena, FLAKE_COMMENT "%s\n", json_quote(&arena, flake)));
        arena_free(&arena);
}

bool imperative_format(const ImperativeContainer *container, Buffer *ret_text) {
        Arena arena = ARENA_NULL;
        bool good = true;

        *ret_text = BUFFER_NULL;
        append(ret_text,
                "# Made by \"nixos-container create\". \"nixos-container update\" changes the system. All else may be\n"
                "# edited, see nixos-containers.yaml(5); then: nixos-container apply\n");
        append_flake(ret_text, container->flake);
        append(ret_text, "version: 1\ncontainers:\n");
        append(ret_text, arena_printf(&arena, "  %s:\n", json_quote(&arena, container->name)));
        append_text(ret_text, "system", container->system);
        if (container->auto_start)
                append(ret_text, "    autoStart: true\n");
        if (!container->use_host_network)
                append(ret_text, "    privateNetwork: true\n");
        append_text(ret_text, "hostBridge", container->host_bridge);
        append_text(ret_text, "hostAddress", container->host_address);
        append_text(ret_text, "localAddress", container->local_address);
        if (container->ports_length > 0)
                append(ret_text, "    forwardPorts:\n");
        for (size_t i = 0; i < container->ports_length && good; i++)
                good = append_port(ret_text, container->ports[i]);
        if (!good)
                buffer_free(ret_text);
        arena_free(&arena);
        return good;
}

/* The place in @text where @mark is, or its length. Columns are counted in characters. */
static size_t offset_of(const char *text, size_t length, Mark mark) {
        size_t offset = 0;

        for (uint32_t line = 1; line < mark.line && offset < length; offset++)
                line += text[offset] == '\n';
        for (uint32_t column = 1; column < mark.column && offset < length; column++)
                do
                        offset++;
                while (offset < length && ((unsigned char)text[offset] & 0xc0) == 0x80);
        return offset;
}

/* The length of a path in YAML: in quotes, or plain up to what ends it. */
static size_t scalar_length(const char *text, size_t length) {
        size_t i = 1;

        if (length > 0 && (text[0] == '"' || text[0] == '\'')) {
                while (i < length && text[i] != text[0])
                        i += text[i] == '\\' && text[0] == '"' ? 2 : 1;
                return i < length ? i + 1 : length;
        }
        for (i = 0; i < length && !strchr("\r\n,}", text[i]); i++)
                if (text[i] == ' ' && i + 1 < length && text[i + 1] == '#')
                        break;
        while (i > 0 && text[i - 1] == ' ')
                i--;
        return i;
}

/* Where the line with the flake is; its length is 0 if there is none. */
static size_t find_flake(const char *text, size_t length, size_t *ret_length) {
        size_t start = 0;

        *ret_length = 0;
        while (start < length && text[start] == '#') {
                const char *newline = memchr(text + start, '\n', length - start);
                size_t end = newline ? (size_t)(newline - text) + 1 : length;

                if (end - start > strlen(FLAKE_COMMENT) &&
                        strncmp(text + start, FLAKE_COMMENT, strlen(FLAKE_COMMENT)) == 0) {
                        *ret_length = end - start;
                        return start;
                }
                start = end;
        }
        return start;
}

bool imperative_replace_system(const Container *container, const char *text, size_t length, const char *system,
        const char *flake, Buffer *ret_text) {
        Arena arena = ARENA_NULL;
        size_t value = offset_of(text, length, container->system.mark);
        size_t value_length = scalar_length(text + value, length - value);
        size_t flake_length, line = find_flake(text, length, &flake_length);
        const char *quoted = json_quote(&arena, system);

        *ret_text = BUFFER_NULL;
        if (container->system.mark.line > 0 && value_length > 0 && value >= line + flake_length) {
                buffer_append(ret_text, text, line);
                append_flake(ret_text, flake);
                buffer_append(ret_text, text + line + flake_length, value - line - flake_length);
                append(ret_text, quoted);
                buffer_append(ret_text, text + value + value_length, length - value - value_length);
        }
        arena_free(&arena);
        return ret_text->length > 0;
}

const char *imperative_flake(Arena *arena, const char *text, size_t length) {
        size_t line_length, line = find_flake(text, length, &line_length);
        const char *from, *end;

        if (line_length == 0)
                return NULL;
        from = text + line + strlen(FLAKE_COMMENT);
        end = text + line + line_length;
        while (end > from && strchr(" \t\r\n", end[-1]))
                end--;
        return json_unquote(arena, from, (size_t)(end - from));
}

static void take(bool taken[static 256], const Link *link) {
        const AddressValue *values[] = {&link->host_address, &link->local_address};

        for (size_t i = 0; i < 2; i++) {
                uint32_t address = ntohl(values[i]->address.in.s_addr);

                if (values[i]->address.family == AF_INET && address >> 16 == (10U << 8 | 233))
                        taken[address >> 8 & 0xff] = true;
        }
}

static void take_all(bool taken[static 256], const Container *container) {
        const Link *veths = container->rare->extra_veths.items;

        take(taken, &container->link);
        for (uint32_t i = 0; i < container->rare->extra_veths.length; i++)
                take(taken, &veths[i]);
}

unsigned imperative_free_network(Host *host) {
        bool taken[256] = {false};

        for (size_t i = 0; i < host->manifest.length; i++)
                take_all(taken, host->manifest.containers[i]);
        for (size_t i = 0; i < host->length; i++) {
                const Container *running = host_running(host, &host->containers[i]);

                if (running)
                        take_all(taken, running);
        }
        for (unsigned i = 1; i < 255; i++)
                if (!taken[i])
                        return i;
        return 0;
}

/* Whether @name would be free of errors if its manifest was the file @path instead; logs those that there would be. */
static bool would_be_good(const char *name, const char *path, const char *shown) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const Container *container;
        CLEANUP_MANIFEST Manifest manifest = MANIFEST_NULL;
        bool good;

        manifest_init(&manifest, &arena);
        manifest_read(&manifest, path, shown);
        model_check(&manifest, "", MODEL_OPTIONS);
        container = name_table_find(&manifest.names, name);
        good = container && !container->broken && manifest.length == 1;
        if (!good)
                diagnostics_log(&manifest.diagnostics);
        return good;
}

bool imperative_check(const ImperativeContainer *container) {
        ImperativeContainer with_system = *container;
        int fd = memfd_create("manifest", MFD_CLOEXEC);
        Arena arena = ARENA_NULL;
        Buffer text = BUFFER_NULL;
        const char *shown = imperative_paths(&arena, container->name).manifest;
        bool good = false;

        with_system.system = STORE_DIRECTORY "/system";
        if (imperative_format(&with_system, &text)) {
                if (fd >= 0 && write_all(fd, text.text, text.length) >= 0)
                        good = would_be_good(container->name, arena_printf(&arena, "/proc/self/fd/%i", fd), shown);
                else
                        log_message(LOG_ERR, "Cannot check %s: %s", shown, strerror(errno));
        }
        if (fd >= 0)
                close(fd);
        buffer_free(&text);
        arena_free(&arena);
        return good;
}

static bool write_file(const char *path, const Buffer *text) {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        bool good;

        if (fd < 0)
                return false;
        good = write_all(fd, text->text, text->length) >= 0 && fsync(fd) >= 0;
        return close_written(fd) >= 0 && good;
}

bool imperative_write(const char *name, const Buffer *text) {
        Arena arena = ARENA_NULL;
        const char *path = imperative_paths(&arena, name).manifest;
        /* Files whose names start so are not read. */
        const char *temporary = arena_printf(&arena, MANIFESTS_DIRECTORY "/.%s.yaml.new", name);
        bool good = false;

        if ((mkdir(MANIFESTS_DIRECTORY, 0755) < 0 && errno != EEXIST) || !write_file(temporary, text)) {
                log_message(LOG_ERR, "Cannot write %s: %s", path, strerror(errno));
        } else if (would_be_good(name, temporary, path)) {
                good = rename(temporary, path) >= 0;
                if (!good)
                        log_message(LOG_ERR, "Cannot write %s: %s", path, strerror(errno));
        }
        if (!good)
                unlink(temporary);
        arena_free(&arena);
        return good;
}
