/* SPDX-License-Identifier: MIT */
#include "cli/imperative-manifest.h"

#include <inttypes.h>
#include <sys/mman.h>

#include "base/file.h"
#include "base/json.h"
#include "base/number.h"
#include "base/words.h"
#include "manifest/closures.h"
#include "manifest/model.h"
#include "systemd/log.h"

/* How the flake is kept in the manifest. */
#define FLAKE_COMMENT "# flake: "

static const char *option_line(Arena *arena, const char *key, const char *value) {
        return value ? arena_printf(arena, "    %s: %s\n", key, json_quote(arena, value)) : "";
}

static const char *flake_line(Arena *arena, const char *flake) {
        return flake ? arena_printf(arena, FLAKE_COMMENT "%s\n", json_quote(arena, flake)) : "";
}

/* Reads a port, and what is behind it: NULL if there is none. */
static const char *scan_port(const char *text, uint64_t *ret_port) {
        size_t digits = number_scan(text, 65535, ret_port);

        return digits > 0 ? text + digits : NULL;
}

/* "[PROTOCOL:]HOST[:CONTAINER]" */
static int append_port(Arena *arena, Buffer *buffer, const char *text) {
        bool has_protocol = strncmp(text, "tcp:", 4) == 0 || strncmp(text, "udp:", 4) == 0;
        const char *protocol = has_protocol && text[0] == 'u' ? "udp" : "tcp";
        uint64_t host = 0, container;
        const char *rest = scan_port(has_protocol ? text + 4 : text, &host);

        container = host;
        if (rest && *rest == ':')
                rest = scan_port(rest + 1, &container);
        if (!rest || *rest)
                return log_error(EINVAL, "Invalid port \"%s\" (expected [tcp:|udp:]PORT[:PORT]).", text);
        buffer_append_text(buffer, arena_printf(arena,
                                           "      - { protocol: %s, hostPort: %" PRIu64 ", containerPort: %" PRIu64
                                           ", openFirewall: true }\n",
                                           protocol, host, container));
        return 0;
}

static const Setting *find_setting(const ImperativeContainer *container, const char *key) {
        return container->settings ? settings_find(container->settings, key) : NULL;
}

bool imperative_has_own_network(const ImperativeContainer *container) {
        const Setting *setting = find_setting(container, "privateNetwork");

        return !container->use_host_network && !find_setting(container, "networkNamespace") &&
               (!setting || is_one_of(setting->value, "true"));
}

int imperative_format(const ImperativeContainer *container, Buffer *text) {
        bool own_network = imperative_has_own_network(container);
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        int r = 0;

        buffer_append_text(text,
                arena_printf(&arena,
                        "# Created by \"nixos-container create\". \"nixos-container update\" changes "
                        "the system. Everything else can\n"
                        "# be edited, see nixos-containers.yaml(5); then run: nixos-container apply\n"
                        "%sversion: 1\ncontainers:\n  %s:\n%s%s%s%s%s%s%s",
                        flake_line(&arena, container->flake), json_quote(&arena, container->name),
                        option_line(&arena, "system", container->system),
                        container->auto_start ? "    autoStart: true\n" : "",
                        own_network && !find_setting(container, "privateNetwork") ? "    privateNetwork: true\n" : "",
                        option_line(&arena, "hostBridge", container->host_bridge),
                        option_line(&arena, "hostAddress", container->host_address),
                        option_line(&arena, "localAddress", container->local_address),
                        container->ports_length > 0 ? "    forwardPorts:\n" : ""));
        for (size_t i = 0; i < container->ports_length && r >= 0; i++)
                r = append_port(&arena, text, container->ports[i]);
        if (container->settings)
                settings_format(container->settings, text);
        return r;
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

/* Where the line with the flake is, or would be; its length is 0 if there is none. */
static size_t find_flake(const Buffer *text, size_t *ret_length) {
        size_t start = 0;

        while (start < text->length && text->text[start] == '#') {
                const char *line = text->text + start, *newline = memchr(line, '\n', text->length - start);

                *ret_length = newline ? (size_t)(newline + 1 - line) : text->length - start;
                if (*ret_length > strlen(FLAKE_COMMENT) && strncmp(line, FLAKE_COMMENT, strlen(FLAKE_COMMENT)) == 0)
                        return start;
                start += *ret_length;
        }
        *ret_length = 0;
        return start;
}

int imperative_replace_system(
        const Container *container, const Buffer *manifest, const char *system, const char *flake, Buffer *text) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        size_t value = offset_of(manifest->text, manifest->length, container->system.mark);
        size_t value_length = scalar_length(manifest->text + value, manifest->length - value);
        size_t flake_length, line = find_flake(manifest, &flake_length);

        if (container->system.mark.line == 0 || value_length == 0 || value < line + flake_length)
                return log_error(
                        EINVAL, "Failed to find the system in %s to replace with %s.", container->file, system);
        buffer_append(text, manifest->text, line);
        buffer_append_text(text, flake_line(&arena, flake));
        buffer_append(text, manifest->text + line + flake_length, value - line - flake_length);
        buffer_append_text(text, json_quote(&arena, system));
        buffer_append(text, manifest->text + value + value_length, manifest->length - value - value_length);
        return 0;
}

const char *imperative_flake(Arena *arena, const Buffer *manifest) {
        size_t line_length, line = find_flake(manifest, &line_length);
        const char *from, *end;

        if (line_length == 0)
                return NULL;
        from = manifest->text + line + strlen(FLAKE_COMMENT);
        end = manifest->text + line + line_length;
        while (end > from && strchr(" \t\r\n", end[-1]))
                end--;
        return json_unquote(arena, from, (size_t)(end - from));
}

/* Logs what is wrong with the manifest, of which each setting is a line. */
static void log_errors(const Manifest *manifest, const char *shown, const Setting *settings) {
        for (const Diagnostic *d = manifest->diagnostics.first; d; d = d->next) {
                const char *place = text_behind(d->text, shown), *message;
                const Setting *setting = NULL;
                uint64_t line;

                if (settings && place && *place == ':' && number_scan(place + 1, UINT32_MAX, &line) > 0)
                        setting = settings_at(settings, (unsigned)line);
                message = setting ? strchr(place, ' ') : NULL;
                if (message)
                        log_message(LOG_ERR, "Invalid %s:%s", setting->written, message);
                else
                        log_message(LOG_ERR, "%s", d->text);
        }
}

/* Checks that @name would be free of errors if its manifest was the file @path, which is called @shown. */
static int check_file(const char *name, const char *path, const char *shown, const Setting *settings) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_MANIFEST Manifest manifest = MANIFEST_NULL;
        const Container *container;

        manifest_init(&manifest, &arena);
        manifest_read(&manifest, path, shown);
        model_check(&manifest, "", MODEL_OPTIONS);
        container = name_table_find(&manifest.names, name);
        if (container && !container->broken && manifest.length == 1)
                return 0;
        if (settings)
                log_errors(&manifest, shown, settings);
        else
                diagnostics_log(&manifest.diagnostics, SEVERITY_WARNING, DIAGNOSTICS_LOGGED_MAX);
        return -EINVAL;
}

int imperative_check_file(const char *name, const char *path, const char *shown) {
        return check_file(name, path, shown, NULL);
}

int imperative_check(const ImperativeContainer *container, const char *path) {
        ImperativeContainer with_system = *container;
        CLEANUP_CLOSE int fd = memfd_create("manifest", MFD_CLOEXEC);
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        int r;

        if (fd < 0)
                return log_error(errno, "Failed to check %s: %m", path);
        with_system.system = STORE_DIRECTORY "/system";
        r = imperative_format(&with_system, &text);
        if (r < 0)
                return r;
        r = write_all(fd, text.text, text.length);
        if (r < 0)
                return log_error(r, "Failed to check %s: %m", path);
        return check_file(container->name, fd_path(fd).text, path, container->settings);
}

/* Writes a file that survives a crash of the host. */
static int write_synced(const char *path, const Buffer *text) {
        CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        int r = fd < 0 ? negative_errno() : write_all(fd, text->text, text->length);

        if (r >= 0 && fsync(fd) < 0)
                r = negative_errno();
        return r < 0 ? r : close_written(take_fd(&fd));
}

int imperative_write(const char *name, const char *path, const Buffer *text) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        /* Files whose names start so are not read. */
        const char *temporary = arena_printf(&arena, MANIFESTS_DIRECTORY "/.%s.yaml.new", name);
        int r;

        r = make_directory(AT_FDCWD, MANIFESTS_DIRECTORY, 0755) < 0 ? negative_errno() : write_synced(temporary, text);
        if (r < 0)
                (void)log_error(r, "Failed to write %s: %m", path);
        else
                r = check_file(name, temporary, path, NULL);
        if (r >= 0 && rename(temporary, path) < 0)
                r = log_error(errno, "Failed to write %s: %m", path);
        if (r < 0)
                (void)unlink(temporary);
        return r;
}
