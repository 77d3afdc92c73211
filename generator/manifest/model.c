/* SPDX-License-Identifier: MIT */
#include "manifest/model.h"

#include <dirent.h>

#include "manifest/check.h"
#include "manifest/closures.h"
#include "manifest/document.h"
#include "manifest/mounts.h"

static int is_shown(const struct dirent *entry) {
        return entry->d_name[0] != '.';
}

static void read_directory(Manifest *manifest, const char *root) {
        const char *directory = arena_join(manifest->arena, root, MANIFESTS_DIRECTORY);
        struct dirent **entries;
        int n;

        n = scandir(directory, &entries, is_shown, alphasort);
        if (n < 0) {
                if (errno != ENOENT) {
                        diagnose(&manifest->diagnostics, SEVERITY_ERROR, NULL, MANIFESTS_DIRECTORY, NULL, NULL, "%s",
                                strerror(errno));
                        manifest->is_incomplete = true;
                }
                return;
        }
        for (int i = 0; i < n; i++) {
                const char *name = entries[i]->d_name;
                const char *path = arena_printf(manifest->arena, "%s/%s", directory, name),
                           *shown = path + strlen(root), *suffix = strrchr(name, '.');

                if (suffix && strcmp(suffix, ".yaml") == 0)
                        manifest_read(manifest, path, shown);
                else if (suffix && (strcasecmp(suffix, ".yaml") == 0 || strcasecmp(suffix, ".yml") == 0 ||
                                           strcasecmp(suffix, ".json") == 0))
                        /* Whoever named it so may take it for one. */
                        diagnose(&manifest->diagnostics, SEVERITY_WARNING, NULL, shown, NULL, NULL,
                                "ignored, manifest names must end with .yaml");
                free(entries[i]);
        }
        free(entries);
}

void model_check(Manifest *manifest, const char *root, ModelDepth depth) {
        check_manifest(manifest);
        if (depth >= MODEL_CLOSURES)
                closures_read(manifest, root);
        if (depth >= MODEL_MOUNTS)
                mounts_check(manifest, root, depth >= MODEL_LINKS);
}

void model_load(
        Manifest *ret_manifest, Arena *arena, const char *root, char *const files[], int length, ModelDepth depth) {
        manifest_init(ret_manifest, arena);
        ret_manifest->is_draft = ret_manifest->diagnostics.without_places = depth == MODEL_DRAFT;
        for (int i = 0; files && i < length; i++)
                manifest_read(ret_manifest, files[i], files[i]);
        if (!files)
                read_directory(ret_manifest, root);
        model_check(ret_manifest, root, depth);
}
