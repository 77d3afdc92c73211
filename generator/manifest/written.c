/* SPDX-License-Identifier: MIT */
#include "manifest/written.h"

#include "base/memory.h"
#include "base/path.h"
#include "base/words.h"
#include "manifest/closures.h"
#include "systemd/option-path.h"

/* Where each container, of today or of another day, has a directory of its name, all in which it writes. */
static const char *const own_directories[] = {
        "/var/lib/nixos-containers/", "/run/nixos-containers/", "/nix/var/nix/per-container/"};

/* The directory in which the root directory of @container is, one of these. */
static const char *roots_of(const Container *container) {
        return own_directories[container->ephemeral.value ? 1 : 0];
}

typedef struct Search {
        Manifest *manifest;
        Container *container;
        Arena scratch;         /* texts that are looked at once, of one container */
        NameTable directories; /* to Written */
        Written *found;        /* malloc(3) */
        size_t length, capacity;
} Search;

/* Whoever can write all of the host, or of its /run, is its root already. */
static bool is_written(const BindMount *mount) {
        return !mount->is_read_only.value && mount->host_path.text && !is_one_of(mount->host_path.text, "/", "/run");
}

static void add_directories(Search *s, const Container *container) {
        for_each_item(BindMount, mount, &container->bind_mounts)
                if (is_written(mount)) {
                        Written *written = arena_alloc(s->manifest->arena, sizeof(*written));

                        *written = (Written){.container = container->name.text, .directory = mount->host_path.text};
                        (void)name_table_add(&s->directories, written->directory, written);
                }
}

/* The directory of a container's own that @path is below, if it is. */
static bool find_own_directory(Arena *arena, const char *path, Written *ret_written) {
        for (size_t i = 0; i < sizeof(own_directories) / sizeof(own_directories[0]); i++) {
                const char *name = text_behind(path, own_directories[i]), *slash = name ? strchr(name, '/') : NULL;

                if (slash && slash > name) {
                        *ret_written = (Written){.container = arena_copy(arena, name, (size_t)(slash - name)),
                                .directory = arena_copy(arena, path, (size_t)(slash - path))};
                        return true;
                }
        }
        return false;
}

/* The outermost directory that @path is below and that is written. */
static bool find_directory(Search *s, const char *path, Written *ret_written) {
        char *directory = arena_copy(&s->scratch, path, strlen(path));

        for (char *slash = directory; (slash = strchr(slash + 1, '/'));) {
                const Written *found;

                *slash = '\0';
                found = name_table_find(&s->directories, directory);
                *slash = '/';
                if (found) {
                        *ret_written = *found;
                        return true;
                }
        }
        return find_own_directory(s->manifest->arena, path, ret_written);
}

/* Looks for @path among what is written. What is found is kept once. */
static bool look_for(Search *s, const char *path, Written *ret_written) {
        if (!path || !find_directory(s, path, ret_written))
                return false;
        for (size_t i = 0; i < s->length; i++)
                if (strcmp(s->found[i].directory, ret_written->directory) == 0)
                        return true;
        s->found = grow_array(s->found, s->length, &s->capacity, sizeof(*s->found));
        s->found[s->length++] = *ret_written;
        return true;
}

#define complain(s, severity, mark, option, ...)                                                                       \
        diagnose_container((s)->manifest, severity, (s)->container, mark, option, __VA_ARGS__)

/* Of what another container writes. What this one does is for itself to know, but for what is read on the host as its root. */
static void warn(Search *s, const Mark *mark, const char *option, const Written *written) {
        complain(s, SEVERITY_WARNING, mark, option,
                "passes through %s, which containers.%s can write to: symbolic links below it are not followed",
                written->directory, option_path_part(s->manifest->arena, written->container));
}

static void check_closure(Search *s) {
        const Text *closure = &s->container->rare->closure;
        Written written;

        if (closure->text && find_directory(s, closure->text, &written))
                complain(s, SEVERITY_ERROR, &closure->mark, "closure",
                        "is in %s, which containers.%s can write to: the generator reads no files that containers can "
                        "write to",
                        written.directory, option_path_part(s->manifest->arena, written.container));
}

/* What systemd-nspawn is told beside, which nobody checks, has no diagnostics. */
static void look_for_flags(Search *s) {
        Arena *arena = &s->scratch;
        Written written;

        for_each_item(Text, flag, &s->container->rare->extra_flags) {
                NspawnHostPath path;

                if (!flag->text || !nspawn_host_path(arena, flag->text, &path))
                        continue;
                if (path.path[0] == '+')
                        path.path = arena_printf(
                                arena, "%s%s%s", roots_of(s->container), s->container->name.text, path.path + 1);
                (void)look_for(s, path.path, &written);
        }
}

static void look_for_paths(Search *s) {
        const Container *container = s->container;
        const Text *network_namespace = &container->rare->network_namespace;
        Arena *arena = s->manifest->arena;
        Written written;

        for_each_item(BindMount, mount, &container->bind_mounts)
                if (look_for(s, mount->host_path.text, &written) &&
                        strcmp(written.container, container->name.text) != 0)
                        warn(s, is_given(&mount->host_path) ? &mount->host_path.mark : &mount->mount_point.mark,
                                bind_mount_option(arena, mount, true), &written);
        for_each_item(Text, device, &container->rare->devices)
                if (look_for(s, device->text, &written))
                        warn(s, &device->mark, "devices", &written);
        for_each_item(Credential, credential, &container->rare->credentials)
                if (look_for(s, credential->path.text, &written))
                        warn(s, &credential->path.mark,
                                arena_printf(
                                        arena, "credentials.%s.path", option_path_part(arena, credential->id.text)),
                                &written);
        if (look_for(s, network_namespace->text, &written))
                warn(s, &network_namespace->mark, "networkNamespace", &written);
        look_for_flags(s);
        (void)look_for(s, arena_join(&s->scratch, roots_of(container), container->name.text), &written);
}

/* Whether something that is made or mounted in the root directory of @container is below @directory in it. */
static bool is_way_in_root(const Container *container, const char *directory) {
        for (const char *const *place = nspawn_places; *place; place++)
                if (path_is_below(*place, directory))
                        return true;
        for_each_item(BindMount, mount, &container->bind_mounts)
                if (path_is_below(mount->mount_point.text + 1, directory))
                        return true;
        for_each_item(Text, tmpfs, &container->rare->tmpfs)
                if (path_is_below(tmpfs->text + 1, directory))
                        return true;
        return false;
}

/* Whether one of @a and @b is the other, or below it. */
static bool are_on_one_way(const char *a, const char *b) {
        return path_is_within(a, b) || path_is_within(b, a);
}

const BindMount *written_root(const Container *container, const Container *other) {
        char root[64 + NAME_MAX];

        snprintf(root, sizeof(root), "%s%.*s", roots_of(other), NAME_MAX, other->name.text);
        for_each_item(BindMount, mount, &container->bind_mounts) {
                const char *path = mount->host_path.text, *inside;

                if (other == container || !is_written(mount) || !are_on_one_way(path, root))
                        continue;
                inside = path_behind(path, root);
                if (!inside || !*inside || is_way_in_root(other, inside))
                        return mount;
        }
        return NULL;
}

/* Nothing of that is near what most containers write. */
static bool is_near_roots(const Container *container) {
        for_each_item(BindMount, mount, &container->bind_mounts)
                if (is_written(mount) && (are_on_one_way(mount->host_path.text, "/var/lib/nixos-containers") ||
                                                 are_on_one_way(mount->host_path.text, "/run/nixos-containers")))
                        return true;
        return false;
}

/* Warns of one root directory for all that it can write. */
static void check_roots(Search *s) {
        Container *container = s->container;

        if (!is_near_roots(container))
                return;
        for (size_t i = 0; i < s->manifest->length && !container->writes_roots; i++) {
                const Container *other = s->manifest->containers[i];
                const BindMount *mount = other->broken ? NULL : written_root(container, other);

                if (!mount)
                        continue;
                container->writes_roots = true;
                warn_of_host_path(s->manifest, container, mount,
                        "makes the rootfs of containers.%s writable, so that it cannot start while this container "
                        "runs (set isReadOnly: true)",
                        option_path_part(s->manifest->arena, other->name.text));
        }
}

bool written_leads_to(const Container *container, const char *path) {
        for (uint32_t i = 0; i < container->written_length; i++)
                if (path_is_below(path, container->written[i].directory))
                        return true;
        return false;
}

void written_check(Manifest *manifest) {
        Search search = {.manifest = manifest, .scratch = ARENA_NULL, .directories = NAME_TABLE_NULL};

        for (size_t i = 0; i < manifest->length; i++)
                add_directories(&search, manifest->containers[i]);
        for (size_t i = 0; i < manifest->length; i++) {
                Container *container = search.container = manifest->containers[i];

                if (container->broken)
                        continue;
                search.length = 0;
                arena_reset(&search.scratch);
                check_closure(&search);
                look_for_paths(&search);
                check_roots(&search);
                if (search.length == 0)
                        continue;
                container->written = memcpy(arena_alloc(manifest->arena, search.length * sizeof(Written)), search.found,
                        search.length * sizeof(Written));
                container->written_length = (uint32_t)search.length;
        }
        free(search.found);
        arena_free(&search.scratch);
        name_table_free(&search.directories);
}
