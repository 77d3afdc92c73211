/* SPDX-License-Identifier: MIT */
#include "manifest/document.h"

#include "base/words.h"
#include "manifest/reader.h"
#include "systemd/nspawn-arguments.h"

static void complete_forwards(const List *list) {
        Forward *forwards = list->items;

        for (uint32_t i = 0; i < list->length; i++)
                if (!is_given(&forwards[i].container_port))
                        forwards[i].container_port = (Number){DEFAULT_MARK, forwards[i].host_port.first};
}

/* A flag whose value is the next item is the same as one with "=", which it becomes: only those are looked for. */
static void join_values_of_flags(Reader *r, List *flags) {
        Text *items = flags->items;
        uint32_t kept = 0;

        for (uint32_t i = 0; i < flags->length; i++) {
                Text item = items[i];

                if (item.text && nspawn_takes_next(item.text) && i + 1 < flags->length && items[i + 1].text)
                        item.text = arena_printf(r->arena, "%s=%s", item.text, items[++i].text);
                items[kept++] = item;
        }
        /* Containers without rare options share those they have. */
        if (kept < flags->length)
                flags->length = kept;
}

/* What flags say of the users is as if the option said it, in whose place it is: more follows from that than what systemd-nspawn does. Other
 * values are those of systemd-nspawn alone, as "yes" is. */
static void take_users_of_flags(Reader *r, Container *container) {
        List *flags = &container->rare->extra_flags;
        Text *items = flags->items, users = {0};
        uint32_t kept = 0;

        for (uint32_t i = 0; i < flags->length; i++) {
                const char *value = items[i].text ? nspawn_users(items[i].text) : NULL;
                Text found = {.mark = items[i].mark};

                if (value && scalar_parse(&private_users_type, r->arena, value, strlen(value), false, &found))
                        users = found;
                else
                        items[kept++] = items[i];
        }
        if (!users.text)
                return;
        flags->length = kept;
        if (is_given(&container->private_users) && strcmp(container->private_users.text, users.text) != 0)
                diagnose_container(r->manifest, SEVERITY_WARNING, container, &container->private_users.mark,
                        "privateUsers", "has no effect: overridden by extraFlags (%s)", users.text);
        container->private_users = users;
}

/* Fills in what follows from other options, as some defaults do. */
static void complete(Reader *r, Container *container) {
        BindMount *mounts = container->bind_mounts.items;
        const Link *veths = container->rare->extra_veths.items;

        for (uint32_t i = 0; i < container->bind_mounts.length; i++)
                if (!is_given(&mounts[i].host_path))
                        mounts[i].host_path = (Text){DEFAULT_MARK, mounts[i].mount_point.text};
        join_values_of_flags(r, &container->rare->extra_flags);
        take_users_of_flags(r, container);
        complete_forwards(&container->link.forward_ports);
        for (uint32_t i = 0; i < container->rare->extra_veths.length; i++)
                complete_forwards(&veths[i].forward_ports);
}

static void read_containers(Reader *r) {
        size_t first = r->manifest->length;
        const char *key;
        Mark mark;

        if (!reader_expect(r, YAML_MAPPING_START_EVENT, "a mapping of names to containers"))
                return;
        while ((key = reader_next_key(r, &mark))) {
                Text name = {0};

                if (r->manifest->length - first == MANIFEST_CONTAINERS_MAX) {
                        reader_report(r, mark, "more than %i containers, ignoring the rest of the file",
                                MANIFEST_CONTAINERS_MAX);
                        events_give_up(&r->events);
                        return;
                }
                r->container = manifest_add(r->manifest, (Text){mark, key}, r->file);
                r->entry_index = r->events.event.start_mark.index;
                reader_push(r, key);
                reader_scalar(r, &container_name_type, &name);
                reader_next(r);
                r->container->entry = (Span){.fd = r->events.fd,
                        .start = events_offset(&r->events, r->events.event.start_mark.index),
                        .column = r->events.event.start_mark.column};
                reader_object(r, container_fields, r->container);
                complete(r, r->container);
                r->container->entry.end = events_offset(&r->events, r->events.event.end_mark.index);
                reader_pop(r);
                /* Nobody can tell what the rest of it was to be. */
                r->container->broken |= r->events.failed;
                r->container = NULL;
        }
}

/* Its version is an error that concerns all containers of the file, from @first on. */
static void break_containers(Reader *r, size_t first, Mark mark, const char *message) {
        /* Of a file that ends in a syntax error before any of them, more is not known. */
        if (!r->events.failed || r->manifest->length > first)
                diagnose(&r->manifest->diagnostics, SEVERITY_ERROR, NULL, r->file, &mark, "version", "%s", message);
        for (size_t i = first; i < r->manifest->length; i++)
                r->manifest->containers[i]->broken = true;
}

static void read_root(Reader *r) {
        Mark start = events_mark(&r->events), mark, version_mark = {0}, containers_mark = {0};
        size_t first = r->manifest->length;
        const char *key;
        const char *version_error = "missing required option (expected 1)";

        if (!reader_expect(r, YAML_MAPPING_START_EVENT, "a mapping with \"version\" and \"containers\""))
                return;
        while ((key = reader_next_key(r, &mark))) {
                static const Field root_fields[] = {{.name = "version"}, {.name = "containers"}, {0}};
                Mark *seen;

                reader_push(r, key);
                reader_next(r);
                seen = strcmp(key, "version") == 0 ? &version_mark : &containers_mark;
                if (!is_one_of(key, "version", "containers")) {
                        reader_unknown_option(r, root_fields, key, mark);
                        reader_skip(r);
                } else if (seen->line > 0) {
                        reader_given_twice(r, mark, *seen);
                        reader_skip(r);
                } else if (seen == &containers_mark) {
                        containers_mark = mark;
                        if (events_is_null(&r->events))
                                reader_check_plain(r);
                        else
                                read_containers(r);
                } else if (!r->events.failed) {
                        version_mark = events_mark(&r->events);
                        version_error = NULL;
                        if (r->events.event.type == YAML_SCALAR_EVENT)
                                reader_check_plain(r);
                        if (r->events.event.type != YAML_SCALAR_EVENT ||
                                strcmp((char *)r->events.event.data.scalar.value, "1") != 0)
                                version_error = arena_printf(
                                        r->arena, "%s is not a supported format version (expected 1)", reader_found(r));
                        reader_skip(r);
                }
                reader_pop(r);
        }
        /* In a file that ends too early the version may just not have come yet. */
        if (version_error && (!r->events.failed || version_mark.line > 0))
                break_containers(r, first, version_mark.line > 0 ? version_mark : start, version_error);
}

static void read_stream(Reader *r) {
        reader_next(r); /* the start of the stream */
        if (r->events.event.type == YAML_STREAM_START_EVENT &&
                r->events.event.data.stream_start.encoding != YAML_UTF8_ENCODING) {
                reader_report(r, events_mark(&r->events), "unsupported encoding UTF-16 (expected UTF-8)");
                return;
        }
        reader_next(r);
        if (r->events.event.type == YAML_STREAM_END_EVENT) {
                reader_report(r, events_mark(&r->events), "empty file (expected \"version: 1\")");
                return;
        }
        reader_next(r); /* the start of the document */
        if (!r->events.failed)
                read_root(r);
        reader_next(r); /* its end */
        reader_next(r);
        if (!r->events.failed && r->events.event.type != YAML_STREAM_END_EVENT)
                reader_report(r, events_mark(&r->events),
                        "unexpected second document (a manifest is a single YAML document)");
}

/* Opens a regular file of a size that can be read. Gives the descriptor, its size, and why it is none. */
static int open_manifest(const char *path, size_t *ret_size, const char **ret_reason) {
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat st;
        int r = -EINVAL;

        if (fd < 0 || fstat(fd, &st) < 0) {
                r = negative_errno();
                *ret_reason = strerror(-r);
        } else if (!S_ISREG(st.st_mode)) {
                *ret_reason =
                        S_ISDIR(st.st_mode) ? "is a directory (expected a regular file)" : "is not a regular file";
        } else if ((uint64_t)st.st_size > MANIFEST_SIZE_MAX) {
                *ret_reason = "is larger than 64 MiB";
        } else {
                *ret_size = (size_t)st.st_size;
                r = take_fd(&fd);
        }
        return r;
}

void manifest_read(Manifest *manifest, const char *path, const char *shown) {
        Reader r = {
                .arena = manifest->arena,
                .manifest = manifest,
                .file = arena_copy(manifest->arena, shown, strlen(shown)),
        };
        const char *reason;
        size_t size = 0;
        int fd;

        fd = open_manifest(path, &size, &reason);
        if (fd < 0) {
                manifest->read_error = fd == -EINVAL ? 0 : -fd;
                diagnose(&manifest->diagnostics, SEVERITY_ERROR, NULL, r.file, NULL, NULL, "%s", reason);
                manifest->is_incomplete = true;
                return;
        }
        manifest_keep_open(manifest, fd);
        if (events_init(&r.events, fd, size) >= 0)
                read_stream(&r);
        else
                diagnose(&manifest->diagnostics, SEVERITY_ERROR, NULL, r.file, NULL, NULL, "%s",
                        strerror(r.events.error));
        if (r.events.error != 0)
                manifest->read_error = r.events.error;
        manifest->is_incomplete = manifest->is_incomplete || r.events.failed;
        events_free(&r.events);
}
