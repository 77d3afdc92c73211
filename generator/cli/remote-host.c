/* SPDX-License-Identifier: MIT */
#include "cli/remote-host.h"

#include "base/buffer.h"
#include "base/number.h"
#include "systemd/log.h"

#define EXPECTED "expected [USER@]HOST[:PORT], with brackets around an IPv6 address"

static int fail(const char *text) {
        return log_error(EINVAL, "Invalid host \"%s\" (" EXPECTED ").", text);
}

/* Whether @text may be a user or a host: what it is made of, ssh(1) knows better. It must not be another argument, or act on a terminal. */
static bool is_name(const char *text, const char *excluded) {
        if (text[0] == '\0' || text[0] == '-' || text[strcspn(text, excluded)])
                return false;
        for (; *text; text++)
                if ((unsigned char)*text <= ' ' || *text == 0x7f)
                        return false;
        return true;
}

static int parse_host(Arena *arena, const char *text, RemoteHost *ret_host) {
        RemoteHost host = {.text = text};
        const char *at = strrchr(text, '@'), *user = at ? arena_copy(arena, text, (size_t)(at + 1 - text)) : "";
        char *name = arena_copy(arena, at ? at + 1 : text, strlen(at ? at + 1 : text)), *end;
        bool in_brackets = name[0] == '[';
        uint64_t port;

        if (at && !is_name(arena_copy(arena, text, (size_t)(at - text)), "@"))
                return fail(text);
        end = in_brackets ? strchr(++name, ']') : strchrnul(name, ':');
        if (!end)
                return fail(text);
        host.port = *end == ':' ? end + 1 : end[0] == ']' && end[1] == ':' ? end + 2 : NULL;
        if (!host.port && in_brackets && end[1] != '\0')
                return fail(text);
        *end = '\0';
        if (host.port && !number_parse(host.port, 1, 65535, &port))
                return fail(text);
        if (!is_name(name, in_brackets ? "/[" : "/[]:") || (in_brackets && !strchr(name, ':')))
                return fail(text);
        host.destination = arena_join(arena, user, name);
        *ret_host = host;
        return 0;
}

int remote_hosts_parse(Arena *arena, const char *text, RemoteHost **ret_hosts, size_t *ret_length) {
        size_t length = 0, most = 1;
        RemoteHost *hosts;

        for (const char *comma = text; (comma = strchr(comma, ',')); comma++)
                most++;
        hosts = arena_alloc(arena, most * sizeof(*hosts));
        for (; length < most; length++) {
                size_t size = strcspn(text, ",");
                int r = parse_host(arena, arena_copy(arena, text, size), &hosts[length]);

                if (r < 0)
                        return r;
                text += size + (text[size] == ',');
        }
        *ret_hosts = hosts;
        *ret_length = length;
        return 0;
}

/* What no shell gives a meaning, wherever it stands. */
#define PLAIN "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_./-"

/* Single quotes around all but these and backslashes, which have a backslash each, as fish knows escapes between single quotes. */
static void append_quoted(Buffer *line, const char *word) {
        bool open = false;

        if (*word && !word[strspn(word, PLAIN)]) {
                buffer_append_text(line, word);
                return;
        }
        if (!*word)
                buffer_append_text(line, "''");
        for (; *word; word++) {
                bool escaped = *word == '\'' || *word == '\\';

                if (open == escaped) {
                        buffer_append_text(line, "'");
                        open = !open;
                }
                if (escaped)
                        buffer_append_text(line, "\\");
                buffer_append(line, word, 1);
        }
        if (open)
                buffer_append_text(line, "'");
}

char *const *remote_command(Arena *arena, const RemoteHost *host, bool terminal, char *const argv[]) {
        const char **arguments = arena_alloc(arena, 8 * sizeof(*arguments)), **next = arguments;
        CLEANUP_BUFFER Buffer line = BUFFER_NULL;

        buffer_append_text(&line, "nixos-container --remote");
        for (; *argv; argv++) {
                buffer_append_text(&line, " ");
                append_quoted(&line, *argv);
        }
        *next++ = "ssh";
        /* Whatever ssh_config(5) says: a terminal would change what goes through. */
        *next++ = terminal ? "-t" : "-T";
        if (host->port) {
                *next++ = "-p";
                *next++ = host->port;
        }
        *next++ = "--";
        *next++ = host->destination;
        *next = arena_copy(arena, line.text, line.length);
        return (char *const *)arguments;
}
