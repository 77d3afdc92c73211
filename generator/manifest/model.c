/* SPDX-License-Identifier: MIT */
#include "manifest/model.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manifest/check.h"
#include "manifest/closures.h"
#include "manifest/document.h"
#include "manifest/mounts.h"

static int is_manifest(const struct dirent *entry) {
        size_t length = strlen(entry->d_name);

        return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_directory(Manifest *manifest, const char *root) {
        const char *directory = arena_join(manifest->arena, root, MANIFESTS_DIRECTORY);
        struct dirent **entries;
        int n;

        n = scandir(directory, &entries, is_manifest, compare_names);
        if (n < 0) {
                if (errno != ENOENT) {
                        diagnose(&manifest->diagnostics, SEVERITY_ERROR, NULL, MANIFESTS_DIRECTORY, NULL, NULL, "%s",
                                strerror(errno));
                        manifest->is_incomplete = true;
                }
                return;
        }
        for (int i = 0; i < n; i++) {
                const char *path = arena_printf(manifest->arena, "%s/%s", directory, entries[i]->d_name);

                manifest_read(manifest, path, path + strlen(root));
                free(entries[i]);
        }
        free(entries);
}

void model_check(Manifest *manifest, const char *root, ModelDepth depth) {
        check_manifest(manifest);
        if (depth >= MODEL_CLOSURES)
                closures_read(manifest, root);
        if (depth >= MODEL_MOUNTS)
                mounts_check(manifest, root);
}

void model_load(
        Manifest *ret_manifest, Arena *arena, const char *root, char *const files[], int length, ModelDepth depth) {
        manifest_init(ret_manifest, arena);
        for (int i = 0; files && i < length; i++)
                manifest_read(ret_manifest, files[i], files[i]);
        if (!files)
                read_directory(ret_manifest, root);
        model_check(ret_manifest, root, depth);
}
