/* SPDX-License-Identifier: MIT */
#include "manifest/mounts.h"

#include <libmount.h>

#include "base/file.h"
#include "base/inside.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/words.h"

typedef struct Mount {
        const char *target;
        const char *type;
        size_t order;        /* later ones hide earlier ones */
        bool noauto, nofail; /* in /etc/fstab */
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
        CLEANUP_BUFFER Buffer text = BUFFER_NULL;
        FILE *stream = read_file(path, &text) >= 0 && text.length > 0 ? fmemopen(text.text, text.length, "r") : NULL;
        bool parsed = stream && mnt_table_parse_stream(table, stream, path) >= 0;

        if (stream)
                fclose(stream);
        return parsed;
}

static bool has_option(struct libmnt_fs *fs, const char *option) {
        return mnt_fs_get_option(fs, option, NULL, NULL) == 0;
}

static Mounts read_mounts(const char *path) {
        Mounts mounts = {.table = mnt_new_table()};
        struct libmnt_iter *iterator;
        struct libmnt_fs *fs;

        /* A table that is missing or damaged is like an empty one: this is about warnings only. */
        if (!mounts.table || !parse_file(mounts.table, path))
                return mounts;
        mounts.items = reallocate(NULL, ((size_t)mnt_table_get_nents(mounts.table) + 1) * sizeof(Mount));
        iterator = mnt_new_iter(MNT_ITER_FORWARD);
        while (iterator && mnt_table_next_fs(mounts.table, iterator, &fs) == 0) {
                const char *target = mnt_fs_get_target(fs), *type = mnt_fs_get_fstype(fs);

                if (target && target[0] == '/')
                        mounts.items[mounts.length] = (Mount){target, type ? type : "", mounts.length,
                                has_option(fs, "noauto"), has_option(fs, "nofail")},
                        mounts.length++;
        }
        mnt_free_iter(iterator);
        qsort(mounts.items, mounts.length, sizeof(Mount), compare_mounts);
        return mounts;
}

static void free_mounts(Mounts *mounts) {
        free(mounts->items);
        mnt_unref_table(mounts->table);
}

#define CLEANUP_MOUNTS CLEANUP(free_mounts)

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
        return text_behind(type, "fuse.") ||
               is_one_of(type, "fuse", "fuseblk", "9p", "afs", "autofs", "cifs", "nfs", "nfs4", "smb3", "vboxsf",
                       "ecryptfs", "overlay", "proc", "sysfs", "efivarfs", "debugfs", "configfs", "ramfs");
}

typedef struct Check {
        Manifest *manifest;
        const Mounts *fstab, *mountinfo;
        bool booted; /* the mounts of /etc/fstab have been tried */
        int top;     /* the host's root directory, to follow links from; -1: they are not followed */
} Check;

/* Where @path leads to, and what is there, if that is known. Of one that is missing, as far as it is there. */
static const char *follow(const Check *c, const char *path, struct stat *ret_status) {
        Arena *arena = c->manifest->arena;
        char root[PATH_MAX], found[PATH_MAX];
        ssize_t root_length, length;

        *ret_status = (struct stat){.st_mode = S_IFDIR};
        if (c->top < 0 || (root_length = readlink(fd_path(c->top).text, root, sizeof(root))) < 0)
                return path;
        root_length = root_length == 1 ? 0 : root_length; /* "/" */
        for (size_t end = strlen(path); end > 0;) {
                CLEANUP_CLOSE int fd = inside_open(c->top, arena_copy(arena, path, end), O_PATH);

                if (fd >= 0 && (length = readlink(fd_path(fd).text, found, sizeof(found))) > root_length) {
                        if (path[end] == '\0' && fstat(fd, ret_status) < 0)
                                *ret_status = (struct stat){.st_mode = S_IFDIR};
                        return arena_join(arena, arena_copy(arena, found + root_length, (size_t)(length - root_length)),
                                path + end);
                }
                do
                        end--;
                while (end > 0 && path[end] != '/');
        }
        return path;
}

/* Whether the container starts although @bind cannot be mapped, see idmap.h. */
static bool can_stay_unmapped(const BindMount *bind, const char *idmap, const struct stat *status) {
        return strcmp(idmap, "idmap") == 0 && (bind->is_read_only.value || !S_ISDIR(status->st_mode));
}

static void check_mapping(
        const Check *c, Container *container, const BindMount *bind, const Mount *mount, const struct stat *status) {
        const char *idmap = bind_mount_idmap(container, bind);
        mode_t needed = S_IROTH | (bind->is_read_only.value ? 0 : S_IWOTH);
        /* What is below /dev may be a node, unless that is known. */
        bool is_known = has_no_idmapped_mounts(mount->type) || (c->top >= 0 && strcmp(mount->type, "devtmpfs") == 0);

        if (!idmap || !is_known || (!S_ISDIR(status->st_mode) && (status->st_mode & needed) == needed))
                return;
        if (can_stay_unmapped(bind, idmap, status))
                warn_of_host_path(c->manifest, container, bind,
                        "is on %s, whose file system type %s does not support ID-mapped mounts: it belongs to nobody "
                        "in the container, which can use only what all users of the host can",
                        mount->target, mount->type);
        else
                warn_of_host_path(c->manifest, container, bind,
                        "is on %s, whose file system type %s does not support ID-mapped mounts: the container can only "
                        "start with %sidmap: noidmap",
                        mount->target, mount->type, strcmp(idmap, "idmap") == 0 ? "isReadOnly: true or " : "");
}

static void check_bind_mount(const Check *c, Container *container, const BindMount *bind) {
        struct stat status;
        const char *path = follow(c, bind->host_path.text, &status);
        const Mount *planned = find_mount(c->fstab, path), *present = find_mount(c->mountinfo, path), *deeper = present;
        bool is_mounted = planned && present && strcmp(present->target, planned->target) == 0;

        if (planned && (!present || strlen(planned->target) >= strlen(present->target)))
                deeper = planned;
        if (!deeper)
                return;
        if (deeper == planned && planned->noauto)
                warn_of_host_path(c->manifest, container, bind,
                        "is on %s (noauto in /etc/fstab), which is mounted when the container starts; unmounting it "
                        "stops the container",
                        planned->target);
        else if (deeper == planned && c->booted && !is_mounted)
                warn_of_host_path(c->manifest, container, bind, "is on %s (%s /etc/fstab), which is not mounted%s",
                        planned->target, planned->nofail ? "nofail in" : "listed in",
                        planned->nofail ? ": the host boots without it, but the container does not start" : "");
        /* Its type may not be the one that /etc/fstab tells, such as "auto". */
        if (is_mounted)
                deeper = present;
        check_mapping(c, container, bind, deeper, &status);
}

static bool has_bind_mounts(const Manifest *manifest) {
        for (size_t i = 0; i < manifest->length; i++)
                if (manifest->containers[i]->bind_mounts.length > 0)
                        return true;
        return false;
}

void mounts_check(Manifest *manifest, const char *root, bool follow_links) {
        CLEANUP_MOUNTS Mounts fstab = {0}, mountinfo = {0};
        CLEANUP_CLOSE int top = -1;
        Check check = {.manifest = manifest, .fstab = &fstab, .mountinfo = &mountinfo};

        if (!has_bind_mounts(manifest))
                return;
        fstab = read_mounts(arena_join(manifest->arena, root, "/etc/fstab"));
        mountinfo = read_mounts(arena_join(manifest->arena, root, "/proc/self/mountinfo"));
        /* PID 1 makes this file when it has loaded units for the first time, which is before anything is mounted, but
         * after the generators of a boot have run. */
        check.booted = path_exists(arena_join(manifest->arena, root, "/run/systemd/systemd-units-load"));

        if (follow_links)
                top = open(*root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        check.top = top;
        for (size_t i = 0; i < manifest->length; i++) {
                Container *container = manifest->containers[i];

                if (!container->broken)
                        for_each_item(BindMount, bind, &container->bind_mounts)
                                check_bind_mount(&check, container, bind);
        }
}

bool mounts_below(const char *root, const char *path) {
        CLEANUP_MOUNTS Mounts mounts = {0};
        char mountinfo[PATH_MAX];

        snprintf(mountinfo, sizeof(mountinfo), "%s/proc/self/mountinfo", root);
        mounts = read_mounts(mountinfo);
        for (size_t i = 0; i < mounts.length; i++)
                if (path_is_below(mounts.items[i].target, path))
                        return true;
        return false;
}
