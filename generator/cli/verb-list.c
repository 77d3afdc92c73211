/* SPDX-License-Identifier: MIT */
/* nixos-container list, nixos-container status: which containers there are, and how they are. */

#include "base/json.h"
#include "base/words.h"
#include "bus/machined.h"
#include "bus/manager.h"
#include "cli/list-table.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "state/profile.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

/* A container, with what of it is only in the JSON. */
typedef struct Row {
        ListRow shown;
        uint64_t since; /* when it came up, in µs since 1970; 0: it is not up */
} Row;

/* How the states of units are called here. */
static const char *state_name(const char *active_state) {
        if (is_one_of(active_state, "active", "reloading"))
                return "up";
        if (strcmp(active_state, "activating") == 0)
                return "starting";
        if (strcmp(active_state, "deactivating") == 0)
                return "stopping";
        return strcmp(active_state, "failed") == 0 ? "failed" : "down";
}

static void find_addresses(Host *host, const HostContainer *container, sd_bus *machined, ListRow *row) {
        const Container *entry = container->has_record ? host_running(host, container) : container->declared;
        char texts[2][ADDRESS_SIZE];
        size_t length;
        int r;

        if (!entry)
                entry = container->declared;
        if (!entry || !entry->private_network.value)
                return;
        length = host_addresses(entry, texts);
        if (length == 0 && machined) {
                r = machine_address(machined, container->name, texts[0], NULL);
                length = r >= 0;
                /* It will not answer about the others either, each of which would take as long. */
                if (r == -ETIMEDOUT)
                        sd_bus_close(machined);
        }
        for (size_t i = 0; i < length; i++)
                row->addresses[i] = arena_copy(&host->arena, texts[i], strlen(texts[i]));
}

/* Whether it waits for its first deployment. */
static bool is_nothing_deployed(Host *host, const HostContainer *container) {
        const Container *declared = container->declared;

        return declared && !container->has_record && declared->system.text &&
               profile_is_missing(&host->arena, "", container->name, declared->system.text);
}

static int fill_row(Host *host, const HostContainer *container, sd_bus *systemd, sd_bus *machined, Row *ret_row) {
        const char *unit = container_unit(&host->arena, container->name);
        CLEANUP_FREE char *active_state = unit_property(systemd, unit, "ActiveState");
        const Container *declared = container->declared;
        Row row = {.shown = {.name = container->name, .declared = declared, .broken = declared && declared->broken}};

        if (!active_state)
                return log_error(EIO, "Failed to get the state of %s from systemd.", unit);
        row.shown.state = state_name(active_state);
        row.shown.system = host_system(host, container);
        row.shown.is_empty = is_nothing_deployed(host, container);
        if (strcmp(row.shown.state, "up") == 0) {
                row.shown.uptime = unit_uptime(systemd, unit);
                row.since = unit_active_since(systemd, unit);
        } else {
                machined = NULL;
        }
        find_addresses(host, container, machined, &row.shown);
        *ret_row = row;
        return 0;
}

static void write_row(Json *json, const HostContainer *container, const Row *row) {
        const ListRow *shown = &row->shown;

        json_open(json, NULL, '{');
        json_string(json, "name", shown->name);
        json_string(json, "state", shown->state);
        json_open(json, "addresses", '[');
        for (int i = 0; i < 2 && shown->addresses[i]; i++)
                json_string(json, NULL, shown->addresses[i]);
        json_close(json, ']');
        json_string(json, "system", shown->system);
        if (row->since)
                json_number(json, "upSince", row->since / 1000000);
        else
                json_value(json, "upSince", NULL);
        json_bool(json, "declared", shown->declared);
        json_bool(json, "broken", shown->broken);
        json_string(json, "file", container->declared ? container->declared->file : NULL);
        json_close(json, '}');
}

static void print_json(Host *host, const Row rows[]) {
        CLEANUP_JSON Json json = JSON_NULL;

        json_open(&json, NULL, '[');
        for (size_t i = 0; i < host->length; i++) {
                json_break(&json, "\n  ");
                write_row(&json, &host->containers[i], &rows[i]);
                json_break(&json, "\n");
        }
        json_close(&json, ']');
        printf("%.*s\n", (int)json.text.length, json.text.text);
}

static void print_table(Host *host, const Row rows[]) {
        ListRow *shown = arena_alloc(&host->arena, host->length * sizeof(*shown));

        for (size_t i = 0; i < host->length; i++)
                shown[i] = rows[i].shown;
        list_print_table(&host->arena, shown, host->length);
}

/* Shows all that is known. */
static int show_all(Host *host, bool json) {
        CLEANUP_BUS sd_bus *systemd = NULL, *machined = NULL;
        Row *rows = arena_alloc(&host->arena, host->length * sizeof(*rows));
        int r = systemd_connect(&systemd);

        /* Without it some addresses are missing, no more. */
        if (r >= 0 && sd_bus_open_system(&machined) < 0)
                machined = NULL;
        for (size_t i = 0; i < host->length && r >= 0; i++)
                r = fill_row(host, &host->containers[i], systemd, machined, &rows[i]);
        if (r >= 0 && json)
                print_json(host, rows);
        else if (r >= 0)
                print_table(host, rows);
        return r;
}

int verb_list(int argc, char *argv[]) {
        int json = false;
        const struct option options[] = {{"json", no_argument, &json, true}, {0}};
        CLEANUP_HOST Host host = HOST_NULL;
        int r = read_operands(argc, argv, options, OPERANDS_NONE);

        if (r < 0)
                return r;
        host_read(&host);
        if (json || (isatty(STDOUT_FILENO) && host.length > 0))
                r = show_all(&host, json);
        else
                for (size_t i = 0; i < host.length; i++)
                        printf("%s\n", host.containers[i].name);
        return log_unread(&host.manifest) ? -EINVAL : r;
}

/* All that is known of one container. */
static int show_one(Host *host, const HostContainer *container, sd_bus *systemd) {
        CLEANUP_BUS sd_bus *machined = NULL;
        CLEANUP_JSON Json json = JSON_NULL;
        Row row;
        int r;

        if (sd_bus_open_system(&machined) < 0)
                machined = NULL;
        r = fill_row(host, container, systemd, machined, &row);
        if (r < 0)
                return r;
        write_row(&json, container, &row);
        printf("%.*s\n", (int)json.text.length, json.text.text);
        return 0;
}

static int show_state(Host *host, const HostContainer *container, sd_bus *systemd) {
        const char *unit = container_unit(&host->arena, container->name);
        CLEANUP_FREE char *state = unit_property(systemd, unit, "ActiveState");

        if (!state)
                return log_error(EIO, "Failed to get the state of %s from systemd.", unit);
        printf("%s\n", strcmp(state_name(state), "up") == 0 ? "up" : "down");
        if (is_nothing_deployed(host, container))
                log_message(LOG_NOTICE, "%s: " NOTHING_DEPLOYED, container->name, container->name);
        return 0;
}

int verb_status(int argc, char *argv[]) {
        int json = false;
        const struct option options[] = {{"json", no_argument, &json, true}, {0}};
        CLEANUP_BUS sd_bus *systemd = NULL;
        CLEANUP_HOST Host host = HOST_NULL;
        const HostContainer *container;
        int r = read_operands(argc, argv, options, OPERANDS_NAME);

        if (r < 0)
                return r;
        host_read(&host);
        container = host_look_up(&host, argv[optind]);
        if (!container) {
                if (!json)
                        printf("gone\n");
                (void)host_find(&host, argv[optind]);
                return -ENOENT;
        }
        r = systemd_connect(&systemd);
        if (r < 0)
                return r;
        return json ? show_one(&host, container, systemd) : show_state(&host, container, systemd);
}
