/* SPDX-License-Identifier: MIT */
/* nixos-container list, nixos-container status: which containers there are, and how they are. */

#include "base/json.h"
#include "base/text.h"
#include "base/words.h"
#include "bus/machined.h"
#include "bus/manager.h"
#include "cli/display.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "manifest/closures.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

enum { NAME, STATE, ADDRESSES, UPTIME, SYSTEM, COLUMNS };

/* What is shown of a container. */
typedef struct Row {
        const char *cells[COLUMNS];
        const char *tint; /* of the state, as an escape sequence; NULL: none */
        const char *note;
        const char *addresses[2]; /* up to the first NULL */
        const char *system;       /* or NULL */
        uint64_t since;           /* when it came up, in µs since 1970; 0: it is not up */
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

static void find_addresses(Host *host, const HostContainer *container, sd_bus *machined, Row *row) {
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

/* The name of a system in the store without its hash. */
static const char *short_system(const char *system) {
        const char *name = system ? path_behind(system, STORE_DIRECTORY) : NULL;

        if (name && strlen(name) > 33)
                return name + 33;
        return system ? system : "";
}

static int fill_row(Host *host, const HostContainer *container, sd_bus *systemd, sd_bus *machined, Row *row) {
        const char *unit = container_unit(&host->arena, container->name);
        CLEANUP_FREE char *active_state = unit_property(systemd, unit, "ActiveState");
        const Container *declared = container->declared;
        bool broken = declared && declared->broken, up;

        if (!active_state)
                return log_error(EIO, "Failed to get the state of %s from systemd.", unit);
        *row = (Row){.note = broken     ? "has errors, see nixos-container check"
                             : declared ? ""
                                        : "undeclared",
                .system = host_system(host, container)};
        row->cells[NAME] = container->name;
        row->cells[STATE] = state_name(active_state);
        up = strcmp(row->cells[STATE], "up") == 0;
        if (up)
                row->since = unit_active_since(systemd, unit);
        find_addresses(host, container, up ? machined : NULL, row);
        row->cells[ADDRESSES] = row->addresses[0] ? row->addresses[0] : "";
        if (row->addresses[1])
                row->cells[ADDRESSES] = arena_printf(&host->arena, "%s %s", row->addresses[0], row->addresses[1]);
        row->cells[UPTIME] = up ? format_duration(&host->arena, unit_uptime(systemd, unit)) : "";
        row->cells[SYSTEM] = printable(&host->arena, short_system(row->system));
        if (up)
                row->tint = "\x1b[32m";
        else if (broken || strcmp(row->cells[STATE], "failed") == 0)
                row->tint = "\x1b[31m";
        return 0;
}

static void print_row(const Row *row, const int widths[], bool colour) {
        for (int i = 0; i < COLUMNS; i++) {
                bool tinted = i == STATE && colour && row->tint, last = i + 1 == COLUMNS && !*row->note;

                printf("%s%-*s%s%s", tinted ? row->tint : "", last ? 0 : widths[i], row->cells[i],
                        tinted ? "\x1b[0m" : "", last ? "\n" : "  ");
        }
        if (*row->note)
                printf("(%s)\n", row->note);
}

/* The first of the @rows is the heading. */
static void print_table(const Row rows[], size_t length) {
        int widths[COLUMNS] = {0};

        for (size_t i = 0; i < length; i++)
                for (int column = 0; column < COLUMNS; column++)
                        if ((int)strlen(rows[i].cells[column]) > widths[column])
                                widths[column] = (int)strlen(rows[i].cells[column]);
        for (size_t i = 0; i < length; i++)
                print_row(&rows[i], widths, wants_colour(stdout));
}

static void print_json(Host *host, const Row rows[]) {
        CLEANUP_JSON Json json = JSON_NULL;

        json_open(&json, NULL, '[');
        for (size_t i = 0; i < host->length; i++) {
                const HostContainer *container = &host->containers[i];
                const Container *declared = container->declared;

                json_break(&json, "\n  ");
                json_open(&json, NULL, '{');
                json_string(&json, "name", container->name);
                json_string(&json, "state", rows[i].cells[STATE]);
                json_open(&json, "addresses", '[');
                for (int j = 0; j < 2 && rows[i].addresses[j]; j++)
                        json_string(&json, NULL, rows[i].addresses[j]);
                json_close(&json, ']');
                json_string(&json, "system", rows[i].system);
                if (rows[i].since)
                        json_number(&json, "upSince", rows[i].since / 1000000);
                else
                        json_value(&json, "upSince", NULL);
                json_bool(&json, "declared", declared);
                json_bool(&json, "broken", declared && declared->broken);
                json_string(&json, "file", declared ? declared->file : NULL);
                json_close(&json, '}');
                json_break(&json, "\n");
        }
        json_close(&json, ']');
        printf("%.*s\n", (int)json.text.length, json.text.text);
}

/* Shows all that is known. */
static int show_all(Host *host, bool json) {
        CLEANUP_BUS sd_bus *systemd = NULL, *machined = NULL;
        Row *rows = arena_alloc(&host->arena, (host->length + 1) * sizeof(*rows));
        int r = systemd_connect(&systemd);

        /* Without it some addresses are missing, no more. */
        if (r >= 0 && sd_bus_open_system(&machined) < 0)
                machined = NULL;
        rows[0] = (Row){.cells = {"NAME", "STATE", "ADDRESSES", "UPTIME", "SYSTEM"}, .note = ""};
        for (size_t i = 0; i < host->length && r >= 0; i++)
                r = fill_row(host, &host->containers[i], systemd, machined, &rows[i + 1]);
        if (r >= 0 && json)
                print_json(host, rows + 1);
        else if (r >= 0)
                print_table(rows, host->length + 1);
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

int verb_status(int argc, char *argv[]) {
        CLEANUP_BUS sd_bus *systemd = NULL;
        CLEANUP_FREE char *state = NULL;
        CLEANUP_HOST Host host = HOST_NULL;
        const char *name, *unit;
        int r = read_operands(argc, argv, NULL, OPERANDS_NAME);

        if (r < 0)
                return r;
        name = argv[optind];
        host_read(&host);
        if (!host_look_up(&host, name)) {
                printf("gone\n");
                (void)host_find(&host, name);
                return -ENOENT;
        }
        r = systemd_connect(&systemd);
        if (r < 0)
                return r;
        unit = container_unit(&host.arena, name);
        state = unit_property(systemd, unit, "ActiveState");
        if (!state)
                return log_error(EIO, "Failed to get the state of %s from systemd.", unit);
        printf("%s\n", strcmp(state_name(state), "up") == 0 ? "up" : "down");
        return 0;
}
