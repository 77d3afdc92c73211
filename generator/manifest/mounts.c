/* SPDX-License-Identifier: MIT */
#include "manifest/mounts.h"

#include <libmount.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "systemd/option-path.h"

typedef struct Mount {
        const char *target;
        const char *type;
        size_t order; /* later ones hide earlier ones */
        bool noauto;
} Mount;

/* A table of libmount, sorted by mount point. */
typedef struct Mounts {
        struct libmnt_table *table;
        Mount *items;
        size_t length;
} Mounts;

static int compare_mounts(const void *a, const void *b) {
        const Mount *left = a, *right = b;
        int order = strcmp(left->target, right->target);

        return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

/* Fills the table with what the file @path lists. libmount would wait for a FIFO, and read a device without an end to the end. False if it
 * cannot be read. */
static bool parse_file(struct libmnt_table *table, const char *path) {
        Buffer text = BUFFER_NULL;
        FILE *stream = read_file(path, &text) >= 0 && text.length > 0 ? fmemopen(text.text, text.length, "r") : NULL;
        bool parsed = stream && mnt_table_parse_stream(table, stream, path) >= 0;

        if (stream)
                fclose(stream);
        buffer_free(&text);
        return parsed;
}

static void read_mounts(Mounts *mounts, const char *path) {
        struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_FORWARD);
        struct libmnt_fs *fs;

        *mounts = (Mounts){.table = mnt_new_table()};
        /* A table that is missing or damaged is like an empty one: this is about warnings only. */
        if (!mounts->table || !iterator || !parse_file(mounts->table, path)) {
                mnt_free_iter(iterator);
                return;
        }
        mounts->items = reallocate(NULL, ((size_t)mnt_table_get_nents(mounts->table) + 1) * sizeof(Mount));
        while (mnt_table_next_fs(mounts->table, iterator, &fs) == 0) {
                const char *target = mnt_fs_get_target(fs), *type = mnt_fs_get_fstype(fs);

                if (target && target[0] == '/')
                        mounts->items[mounts->length] = (Mount){target, type ? type : "", mounts->length,
                                mnt_fs_get_option(fs, "noauto", NULL, NULL) == 0},
                        mounts->length++;
        }
        mnt_free_iter(iterator);
        qsort(mounts->items, mounts->length, sizeof(Mount), compare_mounts);
}

static void free_mounts(Mounts *mounts) {
        free(mounts->items);
        mnt_unref_table(mounts->table);
}

/* The last mount at the first @length bytes of @path, or NULL. */
static const Mount *find_target(const Mounts *mounts, const char *path, size_t length) {
        size_t low = 0, high = mounts->length;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const char *target = mounts->items[middle].target;
                int order = strncmp(target, path, length);

                if (order < 0 || (order == 0 && target[length] == '\0'))
                        low = middle + 1;
                else
                        high = middle;
        }
        /* Of those that start like it, only it itself can stand before. */
        if (low == 0 || strncmp(mounts->items[low - 1].target, path, length) != 0)
                return NULL;
        return &mounts->items[low - 1];
}

/* The mount that @path is on, or NULL. */
static const Mount *find_mount(const Mounts *mounts, const char *path) {
        for (size_t length = strlen(path); length > 1;) {
                const Mount *mount = find_target(mounts, path, length);

                if (mount)
                        return mount;
                do
                        length--;
                while (length > 0 && path[length] != '/');
        }
        return find_target(mounts, "/", 1);
}

/* File systems that are known to have no idmapped mounts (mount_setattr(2), "ID-mapped mounts"): of others nothing is
 * said. */
static bool has_no_idmapped_mounts(const char *type) {
        static const char *const types[] = {"9p", "afs", "autofs", "cifs", "nfs", "nfs4", "smb3", "vboxsf", "ecryptfs",
                "overlay", "proc", "sysfs", "efivarfs", "debugfs", "configfs", "ramfs"};

        if (strncmp(type, "fuse.", 5) == 0)
                return true;
        for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
                if (strcmp(type, types[i]) == 0)
                        return true;
        return false;
}

typedef struct Check {
        Arena *arena;
        Diagnostics *diagnostics;
        Mounts fstab, mountinfo;
        bool booted; /* the mounts of /etc/fstab have been tried */
} Check;

#define warn(c, container, bind, source, ...)                                                                          \
        diagnose((c)->diagnostics, SEVERITY_WARNING, (container)->name.text, (container)->file, &(source)->mark,       \
                bind_mount_option((c)->arena, container, bind), __VA_ARGS__)

static const char *bind_mount_option(Arena *arena, const Container *container, const BindMount *bind) {
        return option_path(arena, container->name.text,
                arena_printf(arena, "bindMounts.%s%s", option_path_part(arena, bind->mount_point.text),
                        is_given(&bind->host_path) ? ".hostPath" : ""));
}

static void check_bind_mount(Check *c, const Container *container, const BindMount *bind) {
        const Text *source = is_given(&bind->host_path) ? &bind->host_path : &bind->mount_point;
        const Mount *planned = find_mount(&c->fstab, source->text);
        const Mount *present = find_mount(&c->mountinfo, source->text), *deeper = present;
        bool is_mounted = planned && present && strcmp(present->target, planned->target) == 0;

        if (planned && (!present || strlen(planned->target) >= strlen(present->target)))
                deeper = planned;
        if (!deeper)
                return;
        if (deeper == planned && planned->noauto)
                warn(c, container, bind, source,
                        "is on %s, which /etc/fstab marks noauto: it is mounted when the container starts, and the "
                        "container stops when it is unmounted",
                        planned->target);
        else if (deeper == planned && c->booted && !is_mounted)
                warn(c, container, bind, source, "is on %s, which /etc/fstab lists and which is not mounted",
                        planned->target);
        /* Its type may not be the one that /etc/fstab tells, such as "auto". */
        if (is_mounted)
                deeper = present;
        if (bind_mount_idmap(container, bind) && has_no_idmapped_mounts(deeper->type))
                warn(c, container, bind, source,
                        "is on %s, a file system of type %s, which has no idmapped mounts: the container cannot start "
                        "but with idmap: noidmap",
                        deeper->target, deeper->type);
}

static bool has_bind_mounts(const Manifest *manifest) {
        for (size_t i = 0; i < manifest->length; i++)
                if (manifest->containers[i]->bind_mounts.length > 0)
                        return true;
        return false;
}

void mounts_check(Manifest *manifest, const char *root) {
        Check check = {.arena = manifest->arena, .diagnostics = &manifest->diagnostics};

        if (!has_bind_mounts(manifest))
                return;
        read_mounts(&check.fstab, arena_join(check.arena, root, "/etc/fstab"));
        read_mounts(&check.mountinfo, arena_join(check.arena, root, "/proc/self/mountinfo"));
        /* PID 1 makes this file when it has loaded units for the first time, which is before anything is mounted, but
         * after the generators of a boot have run. */
        check.booted = access(arena_join(check.arena, root, "/run/systemd/systemd-units-load"), F_OK) == 0;

        for (size_t i = 0; i < manifest->length; i++) {
                const Container *container = manifest->containers[i];
                const BindMount *binds = container->bind_mounts.items;

                for (uint32_t j = 0; j < container->bind_mounts.length && !container->broken; j++)
                        check_bind_mount(&check, container, &binds[j]);
        }
        free_mounts(&check.fstab);
        free_mounts(&check.mountinfo);
}

bool mounts_below(const char *root, const char *path) {
        char mountinfo[PATH_MAX];
        bool found = false;
        Mounts mounts;

        snprintf(mountinfo, sizeof(mountinfo), "%s/proc/self/mountinfo", root);
        read_mounts(&mounts, mountinfo);
        for (size_t i = 0; i < mounts.length && !found; i++)
                found = path_is_below(mounts.items[i].target, path);
        free_mounts(&mounts);
        return found;
}
