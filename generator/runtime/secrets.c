/* SPDX-License-Identifier: MIT */
#include "runtime/secrets.h"

#include "base/path.h"
#include "base/words.h"
#include "runtime/host-paths.h"
#include "state/record.h"
#include "state/secrets.h"
#include "systemd/nspawn-arguments.h"

/* The path of what @argument gives the container, if that may be a secret: neither what this project binds, nor what is in the store. */
static const char *secret_path(Arena *arena, const char *argument, const Buffer *written) {
        NspawnHostPath path;

        if ((text_behind(argument, "--bind-ro=") || text_behind(argument, "--load-credential=")) &&
                nspawn_host_path(arena, argument, &path) && path.path[0] == '/' &&
                !path_is_within(path.path, "/nix/store") && !path_is_within(path.path, NIX_VAR) &&
                !path_is_within(path.path, RECORDS_DIRECTORY) && !host_paths_are_written(arena, written, path.path))
                return path.path;
        return NULL;
}

int secrets_note(const char *container, const Buffer *written, char *const arguments[]) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        CLEANUP_BUFFER Buffer secrets = BUFFER_NULL;
        CLEANUP_CLOSE int records = -1;
        bool has_key = false;
        SecretKey key;

        for (; *arguments; arguments++) {
                const char *path = secret_path(&arena, *arguments, written);
                int r = path && !has_key ? secret_key_make(&key) : 0;

                if (r < 0)
                        return r;
                if (!path)
                        continue;
                has_key = true;
                secret_append(&secrets, &key, path);
        }
        if (secrets.length == 0)
                return 0;
        records = records_open();
        return records < 0 ? records : record_replace_file(records, container, RECORD_SECRETS, &secrets);
}

int secrets_append(Buffer *secrets, char *const mounts[], size_t length) {
        SecretKey key;
        int r = length > 0 ? secret_key_make(&key) : 0;

        for (size_t i = 0; i < length && r >= 0; i += 3)
                if (strcmp(mounts[i + 2], "ro") == 0)
                        secret_append(secrets, &key, mounts[i]);
        return r;
}
