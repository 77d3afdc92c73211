/* SPDX-License-Identifier: MIT */
#include "cli/host.h"

#include <dirent.h>

#include "base/memory.h"
#include "base/spelling.h"
#include "manifest/model.h"
#include "manifest/schema.h"
#include "state/paths.h"
#include "state/record.h"
#include "systemd/log.h"

static void add(Host *host, const char *name, const Container *declared, bool has_record) {
        if (host->length == host->capacity) {
                host->capacity = host->capacity ? 2 * host->capacity : 64;
                host->containers = reallocate(host->containers, host->capacity * sizeof(*host->containers));
        }
        host->containers[host->length++] = (HostContainer){name, declared, has_record};
}

static int compare_names(const void *a, const void *b) {
        return strcmp(((const HostContainer *)a)->name, ((const HostContainer *)b)->name);
}

static bool has_record(Host *host, const char *name) {
        DIR *directory = opendir(arena_printf(&host->arena, RECORDS_DIRECTORY "/%s", name));

        if (!directory)
                return false;
        closedir(directory);
        return true;
}

/* Containers that run and are no longer declared. */
static void add_retired(Host *host) {
        DIR *directory = opendir(RECORDS_DIRECTORY);
        const struct dirent *entry;

        if (!directory)
                return;
        while ((entry = readdir(directory)))
                if (is_container_name(entry->d_name) && !name_table_find(&host->manifest.names, entry->d_name))
                        add(host, arena_copy(&host->arena, entry->d_name, strlen(entry->d_name)), NULL, true);
        closedir(directory);
}

void host_read(Host *host) {
        *host = (Host){.arena = ARENA_NULL};
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
        Buffer names = BUFFER_NULL;

        for (size_t i = 0; i < host->length; i++)
                if (one_edit_apart(name, host->containers[i].name)) {
                        log_message(LOG_ERR, "There is no container \"%s\". Did you mean \"%s\"?", name,
                                host->containers[i].name);
                        return;
                }
        for (size_t i = 0; i < host->length; i++) {
                if (i > 0)
                        buffer_append(&names, ", ", 2);
                buffer_append(&names, host->containers[i].name, strlen(host->containers[i].name));
        }
        if (host->length == 0)
                log_message(LOG_ERR,
                        "There is no container \"%s\", nor any other: " MANIFESTS_DIRECTORY " declares none.", name);
        else
                log_message(
                        LOG_ERR, "There is no container \"%s\". There are: %.*s", name, (int)names.length, names.text);
        buffer_free(&names);
}

bool host_log_unread(const Host *host) {
        if (!host->manifest.is_incomplete)
                return false;
        diagnostics_log_errors(&host->manifest.diagnostics);
        return true;
}

const HostContainer *host_find(const Host *host, const char *name) {
        const HostContainer *container = host_look_up(host, name);

        if (container)
                return container;
        log_others(host, name);
        (void)host_log_unread(host);
        return NULL;
}

const Container *host_running(Host *host, const HostContainer *container) {
        const char *path;
        Manifest record;
        const Container *running;

        if (!container->has_record)
                return NULL;
        path = arena_printf(&host->arena, RECORDS_DIRECTORY "/%s/" RECORD_MANIFEST, container->name);
        manifest_init(&record, &host->arena);
        manifest_read(&record, path, path);
        running = record.length > 0 ? record.containers[0] : NULL;
        manifest_free(&record);
        return running;
}

const char *host_system(Host *host, const HostContainer *container) {
        const Container *entry = container->has_record ? host_running(host, container) : container->declared;
        const char *system = entry ? entry->system.text : NULL, *activated = NULL;

        if (container->has_record)
                ignore_failure(record_read_system(
                        &host->arena, arena_join(&host->arena, RECORDS_DIRECTORY "/", container->name), &activated));
        return activated ? activated : system;
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
