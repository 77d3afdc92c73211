/* SPDX-License-Identifier: MIT */
#include "cli/host.h"

#include <arpa/inet.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/spelling.h"
#include "manifest/model.h"
#include "state/profile.h"
#include "state/record.h"
#include "systemd/log.h"

static void add(Host *host, const char *name, const Container *declared, bool has_record) {
        host->containers = grow_array(host->containers, host->length, &host->capacity, sizeof(*host->containers));
        host->containers[host->length++] = (HostContainer){name, declared, has_record};
}

static int compare_names(const void *a, const void *b) {
        return strcmp(((const HostContainer *)a)->name, ((const HostContainer *)b)->name);
}

static bool has_record(Host *host, const char *name) {
        return path_exists(arena_printf(&host->arena, RECORDS_DIRECTORY "/%s/.", name));
}

/* Containers that run and are no longer declared. */
static void add_retired(Host *host) {
        CLEANUP_CLOSEDIR DIR *directory = opendir(RECORDS_DIRECTORY);
        const struct dirent *entry;

        while (directory && (entry = readdir(directory)))
                if (is_container_name(entry->d_name) && !name_table_find(&host->manifest.names, entry->d_name))
                        add(host, arena_copy(&host->arena, entry->d_name, strlen(entry->d_name)), NULL, true);
}

void host_read(Host *host) {
        model_load(&host->manifest, &host->arena, "", NULL, 0, MODEL_OPTIONS);
        manifest_close(&host->manifest);
        for (size_t i = 0; i < host->manifest.length; i++) {
                const Container *container = host->manifest.containers[i];

                if (!container->is_duplicate && is_container_name(container->name.text))
                        add(host, container->name.text, container, has_record(host, container->name.text));
        }
        add_retired(host);
        if (host->length > 0)
                qsort(host->containers, host->length, sizeof(*host->containers), compare_names);
}

const HostContainer *host_look_up(const Host *host, const char *name) {
        HostContainer key = {.name = name};

        if (host->length == 0)
                return NULL;
        return bsearch(&key, host->containers, host->length, sizeof(*host->containers), compare_names);
}

/* "Did you mean x?", or which there are. */
static void log_others(const Host *host, const char *name) {
        CLEANUP_BUFFER Buffer names = BUFFER_NULL;
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        for (size_t i = 0; i < host->length; i++) {
                const char *other = host->containers[i].name;

                if (one_edit_apart(name, other)) {
                        log_message(LOG_ERR, "Unknown container \"%s\", did you mean \"%s\"?", name, other);
                        return;
                }
                buffer_append_text(&names, i > 0 ? ", " : "");
                buffer_append_text(&names, other);
        }
        if (path_exists(arena_printf(&arena, MANIFESTS_DIRECTORY "/%s.conf", name)))
                log_message(LOG_ERR, MANIFESTS_DIRECTORY "/%s.conf (of NixOS's own nixos-container) is ignored.", name);
        if (host->length == 0)
                log_message(LOG_ERR, "Unknown container \"%s\", no containers are declared in " MANIFESTS_DIRECTORY ".",
                        name);
        else
                log_message(LOG_ERR, "Unknown container \"%s\", known containers: %.*s", name, (int)names.length,
                        names.text);
}

bool log_unread(const Manifest *manifest) {
        if (manifest->is_incomplete)
                diagnostics_log(&manifest->diagnostics, SEVERITY_ERROR, DIAGNOSTICS_LOGGED_MAX);
        return manifest->is_incomplete;
}

const HostContainer *host_find(const Host *host, const char *name) {
        const HostContainer *container = host_look_up(host, name);

        if (container)
                return container;
        log_others(host, name);
        (void)log_unread(&host->manifest);
        return NULL;
}

const Container *host_running(Host *host, const HostContainer *container) {
        CLEANUP_MANIFEST Manifest record = MANIFEST_NULL;
        const char *path = arena_printf(&host->arena, RECORDS_DIRECTORY "/%s/" RECORD_MANIFEST, container->name);

        if (!container->has_record)
                return NULL;
        manifest_init(&record, &host->arena);
        manifest_read(&record, path, path);
        return record.length > 0 ? record.containers[0] : NULL;
}

const char *host_system(Host *host, const HostContainer *container) {
        const Container *entry = container->has_record ? host_running(host, container) : container->declared;
        const char *system, *activated = NULL;

        /* It may have ended meanwhile. */
        if (!entry && !record_may_exist(container->name))
                entry = container->declared;
        system = entry ? entry->system.text : NULL;
        if (container->has_record)
                ignore_failure(record_read_system(
                        &host->arena, arena_join(&host->arena, RECORDS_DIRECTORY "/", container->name), &activated));
        if (activated)
                system = activated;
        return system ? profile_system(&host->arena, "", container->name, system) : NULL;
}

size_t host_addresses(const Container *container, char ret_texts[static 2][ADDRESS_SIZE]) {
        const Address *addresses[] = {&container->link.local_address.address, &container->link.local_address6.address};
        size_t length = 0;

        for (size_t i = 0; i < 2 && container->private_network.value; i++)
                if (addresses[i]->family)
                        address_format(addresses[i], ret_texts[length++]);
        return length;
}

/* Notes the networks of the addresses of the container's links. */
static void note_container(bool taken[static 256], const Container *container) {
        const Link *veths = container->rare->extra_veths.items;

        for (uint32_t i = 0; i <= container->rare->extra_veths.length; i++) {
                const Link *link = i > 0 ? &veths[i - 1] : &container->link;
                const Address *addresses[] = {&link->host_address.address, &link->local_address.address};

                for (size_t j = 0; j < 2; j++) {
                        uint32_t address = ntohl(addresses[j]->in.s_addr);

                        if (addresses[j]->family == AF_INET && address >> 16 == (10U << 8 | 233))
                                taken[address >> 8 & 0xff] = true;
                }
        }
}

unsigned host_free_network(Host *host) {
        bool taken[256] = {false};

        for (size_t i = 0; i < host->manifest.length; i++)
                note_container(taken, host->manifest.containers[i]);
        for (size_t i = 0; i < host->length; i++) {
                const Container *running = host_running(host, &host->containers[i]);

                if (running)
                        note_container(taken, running);
        }
        for (unsigned i = 1; i < 255; i++)
                if (!taken[i])
                        return i;
        return 0;
}

bool host_log_errors(const Host *host, const HostContainer *container) {
        const Errors *errors =
                container->declared ? diagnostics_errors(&host->manifest.diagnostics, container->name, NULL) : NULL;

        for (const Diagnostic *d = errors ? errors->first : NULL; d; d = d->next_of_same)
                log_message(LOG_ERR, "%s", d->text);
        return errors != NULL;
}

void host_free(Host *host) {
        free(host->containers);
        manifest_free(&host->manifest);
        arena_free(&host->arena);
}
