/* SPDX-License-Identifier: MIT */
#include "manifest/closures.h"

#include "base/file.h"
#include "systemd/escape.h"

#define complain(manifest, container, ...)                                                                             \
        diagnose_container(                                                                                            \
                manifest, SEVERITY_ERROR, container, &(container)->rare->closure.mark, "closure", __VA_ARGS__)

/* Whether @path is the store's directory and a name in it. Nix allows no other characters in names. */
static bool is_store_path(const char *path) {
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._?=";
        const char *name = path_behind(path, STORE_DIRECTORY);
        size_t length = name ? strspn(name, allowed) : 0;

        return length > 0 && length <= NAME_MAX && name[0] != '.' && name[length] == '\0';
}

/* Splits @text, which it keeps, into the container's store paths, up to a line that is none. */
static void split(Manifest *manifest, Container *container, char *text) {
        RareOptions *rare = container->rare;
        uint32_t lines = 0;

        for (const char *c = text; *c; c++)
                lines += *c == '\n';
        rare->store_paths = arena_alloc(manifest->arena, (lines + 1) * sizeof(char *));
        while (text && *text) {
                const char *line = strsep(&text, "\n");

                if (!is_store_path(line)) {
                        complain(manifest, container, "line %u of %s is not a Nix store path: %s",
                                rare->store_paths_length + 1, rare->closure.text,
                                escape_message(manifest->arena, line, strlen(line)));
                        return;
                }
                rare->store_paths[rare->store_paths_length++] = line;
        }
}

bool closure_has(const Container *container, const char *path) {
        for (uint32_t i = 0; i < container->rare->store_paths_length; i++)
                if (path_is_within(path, container->rare->store_paths[i]))
                        return true;
        return false;
}

/* Reads the list of the container's store paths. False if it cannot be used. */
static bool read_paths(Manifest *manifest, Container *container, const char *root) {
        const char *path = arena_join(manifest->arena, root, container->rare->closure.text);
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;

        if (read_file(path, &text) < 0)
                complain(manifest, container, "failed to read %s: %s", container->rare->closure.text, strerror(errno));
        else if (text.length > 0 && memchr(text.text, '\0', text.length))
                complain(manifest, container, "%s contains a NUL byte (expected a list of store paths)",
                        container->rare->closure.text);
        else
                split(manifest, container, arena_copy(manifest->arena, text.length > 0 ? text.text : "", text.length));
        return !container->broken;
}

void closures_read(Manifest *manifest, const char *root) {
        const Container *last = NULL; /* whose list was read: containers of one closure tend to stand together */

        for (size_t i = 0; i < manifest->length; i++) {
                Container *container = manifest->containers[i];

                if (!container->rare->closure.text || container->broken)
                        continue;
                if (last && strcmp(last->rare->closure.text, container->rare->closure.text) == 0) {
                        container->rare->store_paths = last->rare->store_paths;
                        container->rare->store_paths_length = last->rare->store_paths_length;
                } else if (!read_paths(manifest, container, root)) {
                        continue;
                }
                last = container;
                if (!closure_has(container, container->system.text))
                        complain(manifest, container, "%s does not contain the system", container->rare->closure.text);
        }
}
