/* SPDX-License-Identifier: MIT */
#include "manifest/manifest.h"

#include <sys/resource.h>

#include "base/memory.h"
#include "manifest/schema.h"
#include "systemd/option-path.h"

void manifest_init(Manifest *manifest, Arena *arena) {
        *manifest = (Manifest){.arena = arena, .names = NAME_TABLE_NULL};
        diagnostics_init(&manifest->diagnostics, arena);
}

Container *manifest_add(Manifest *manifest, Text name, const char *file) {
        Container *container = arena_alloc(manifest->arena, sizeof(*container));

        *container = container_defaults;
        container->name = name;
        container->file = file;
        manifest->containers =
                grow_array(manifest->containers, manifest->length, &manifest->capacity, sizeof(*manifest->containers));
        return manifest->containers[manifest->length++] = container;
}

void diagnose_container(Manifest *manifest, Severity severity, Container *container, const Mark *mark,
        const char *option, const char *format, ...) {
        va_list arguments;

        if (severity == SEVERITY_ERROR)
                container->broken = true;
        va_start(arguments, format);
        vdiagnose(&manifest->diagnostics, severity, container->name.text, container->file, mark,
                option_path(manifest->arena, container->name.text, option), format, arguments);
        va_end(arguments);
}

const char *bind_mount_option(Arena *arena, const BindMount *bind, bool host_path) {
        return arena_printf(arena, "bindMounts.%s%s", option_path_part(arena, bind->mount_point.text),
                host_path && is_given(&bind->host_path) ? ".hostPath" : "");
}

/* Each manifest stays open: there is one for each container that was not declared by NixOS. */
static void allow_many_files(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                (void)setrlimit(RLIMIT_NOFILE, &limit);
        }
}

void manifest_keep_open(Manifest *manifest, int fd) {
        if (manifest->fds_length == 0)
                allow_many_files();
        manifest->fds =
                grow_array(manifest->fds, manifest->fds_length, &manifest->fds_capacity, sizeof(*manifest->fds));
        manifest->fds[manifest->fds_length++] = fd;
}

void manifest_close(Manifest *manifest) {
        for (size_t i = 0; i < manifest->fds_length; i++)
                close(manifest->fds[i]);
        free(manifest->fds);
        manifest->fds = NULL;
        manifest->fds_length = manifest->fds_capacity = 0;
}

void manifest_free(Manifest *manifest) {
        manifest_close(manifest);
        free(manifest->containers);
        name_table_free(&manifest->names);
        diagnostics_free(&manifest->diagnostics);
        manifest_init(manifest, manifest->arena);
}
