#include "manifest/manifests.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int is_manifest(const struct dirent *entry) {
        size_t length = strlen(entry->d_name);

        return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

void manifests_read(Manifest *manifest, const char *root, Diagnostics *diagnostics) {
        const char *directory = arena_join(manifest->arena, root, MANIFESTS_DIRECTORY);
        struct dirent **entries;
        int n;

        n = scandir(directory, &entries, is_manifest, compare_names);
        if (n < 0) {
                if (errno != ENOENT) {
                        diagnose(diagnostics, SEVERITY_ERROR, NULL, MANIFESTS_DIRECTORY, NULL, NULL, "%s",
                                strerror(errno));
                        manifest->is_incomplete = true;
                }
                return;
        }
        for (int i = 0; i < n; i++) {
                const char *path = arena_printf(manifest->arena, "%s/%s", directory, entries[i]->d_name);

                manifest_read(manifest, path, path + strlen(root), diagnostics);
                free(entries[i]);
        }
        free(entries);
}
