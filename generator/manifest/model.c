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

static bool is_manifest(const char *name) {
        size_t length = strlen(name);

        return length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

/* Whether whoever named a file so may take it for a manifest. */
static bool looks_like_manifest(const char *name) {
        const char *suffix = strrchr(name, '.');

        return suffix && suffix > name &&
               (strcasecmp(suffix, ".yaml") == 0 || strcasecmp(suffix, ".yml") == 0 ||
                       strcasecmp(suffix, ".json") == 0);
}

static int compare_names(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_directory(Manifest *manifest, const char *root) {
        const char *directory = arena_join(manifest->arena, root, MANIFESTS_DIRECTORY);
        struct dirent **entries;
        int n;

        n = scandir(directory, &entries, is_shown, compare_names);
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
                           *shown = path + strlen(root);

                if (is_manifest(name))
                        manifest_read(manifest, path, shown);
                else if (looks_like_manifest(name))
                        diagnose(&manifest->diagnostics, SEVERITY_WARNING, NULL, shown, NULL, NULL,
                                "is not read: the name of a manifest ends with .yaml");
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
