/* SPDX-License-Identifier: MIT */
/* The manifest: what the files in /etc/nixos-containers declare together, and their errors.
 * The format is described in nixos-containers.yaml(5). */
#pragma once

#include "base/arena.h"
#include "base/name-table.h"
#include "manifest/container.h"
#include "manifest/diagnostic.h"

typedef struct Manifest {
        Arena *arena;
        Container **containers; /* in the order of the files; malloc(3) */
        size_t length;
        size_t capacity;
        NameTable names; /* the containers, by name; filled in by check.h */
        Diagnostics diagnostics;
        bool is_incomplete; /* because of errors, it is unknown what else is declared */
        bool is_draft;      /* what Nix builds may be missing, see MODEL_DRAFT */
        int read_error;     /* errno(3) of the last file that could not be read, or 0 */
        int *fds;           /* of the files, for the spans; malloc(3) */
        size_t fds_length, fds_capacity;
} Manifest;

/* An empty one, which can be freed. */
#define MANIFEST_NULL ((Manifest){.names = NAME_TABLE_NULL})

/* Prepares a manifest without containers, whose memory @arena owns. Free it with manifest_free(). */
void manifest_init(Manifest *manifest, Arena *arena);

/* Adds a container declared in @file. */
Container *manifest_add(Manifest *manifest, Text name, const char *file);

/* Adds a diagnostic about the option @option of @container, or about all of it if that is NULL. An error marks it as broken. The message is
 * formatted like printf(3). */
void diagnose_container(Manifest *manifest, Severity severity, Container *container, const Mark *mark,
        const char *option, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Returns the path of @bind in the options of its container or, with @host_path, that of its host path, if that is set. Owned by @arena. */
const char *bind_mount_option(Arena *arena, const BindMount *bind, bool host_path);

/* Warns about the host path of @bind, one of @container, or about the mount point if that serves as both. */
#define warn_of_host_path(manifest, container, bind, ...)                                                              \
        diagnose_container(manifest, SEVERITY_WARNING, container,                                                      \
                is_given(&(bind)->host_path) ? &(bind)->host_path.mark : &(bind)->mount_point.mark,                    \
                bind_mount_option((manifest)->arena, bind, true), __VA_ARGS__)

/* Keeps the file @fd open for the spans in it. */
void manifest_keep_open(Manifest *manifest, int fd);

/* Closes the files. Spans can no longer be read. */
void manifest_close(Manifest *manifest);

/* Frees what is not in the arena, and closes the files. */
void manifest_free(Manifest *manifest);

/* A manifest that is freed at the end of its block. */
#define CLEANUP_MANIFEST CLEANUP(manifest_free)
