/* SPDX-License-Identifier: MIT */
/* nixos-container list, nixos-container status: which containers there are, and how they are. */
#include <getopt.h>
#include <time.h>

#include "base/json.h"
#include "base/text.h"
#include "bus/machined.h"
#include "bus/manager.h"
#include "cli/colour.h"
#include "cli/duration.h"
#include "cli/host.h"
#include "cli/operands.h"
#include "cli/verbs.h"
#include "systemd/log.h"

/* What is shown of a container. */
typedef struct Row {
        const char *state;
        const char *addresses[2]; /* up to the first NULL */
        const char *system;       /* or NULL */
        uint64_t since;           /* when it came up, in µs since 1970; 0: it is not up */
} Row;

/* How the states of units are called here. */
static const char *state_name(const char *active_state) {
        static const char *const names[][2] = {
                {"active", "up"},
                {"reloading", "up"},
                {"activating", "starting"},
                {"deactivating", "stopping"},
                {"failed", "failed"},
        };

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (strcmp(active_state, names[i][0]) == 0)
                        return names[i][1];
        return "down";
}

static void add_address(Arena *arena, Row *row, const char *text) {
        row->addresses[row->addresses[0] ? 1 : 0] = arena_copy(arena, text, strlen(text));
}

static void find_addresses(Host *host, const HostContainer *container, sd_bus *machined, Row *row) {
        const Container *entry = container->has_record ? host_running(host, container) : container->declared;
        char text[ADDRESS_SIZE];

        if (!entry)
                entry = container->declared;
        if (!entry || !entry->private_network.value)
                return;
        if (entry->link.local_address.address.family)
                add_address(&host->arena, row, address_format(&entry->link.local_address.address, text));
        if (entry->link.local_address6.address.family)
                add_address(&host->arena, row, address_format(&entry->link.local_address6.address, text));
        if (!row->addresses[0] && strcmp(row->state, "up") == 0 && machined &&
                machine_address(machined, container->name, text, NULL) >= 0)
                add_address(&host->arena, row, text);
}

static int fill_row(Host *host, const HostContainer *container, sd_bus *systemd, sd_bus *machined, Row *row) {
        const char *unit = container_unit(&host->arena, container->name);
        CLEANUP_FREE char *active_state = unit_property(systemd, unit, "ActiveState");

        if (!active_state) {
                log_message(LOG_ERR, "systemd does not tell about %s.", unit);
                return -EIO;
        }
        *row = (Row){.state = state_name(active_state)};
        if (strcmp(row->state, "up") == 0)
                row->since = unit_active_since(systemd, unit);
        row->system = host_system(host, container);
        find_addresses(host, container, machined, row);
        return 0;
}

static const char *format_uptime(Arena *arena, uint64_t since) {
        uint64_t now = (uint64_t)time(NULL), then = since / 1000000;

        return since == 0 ? "" : format_duration(arena, now > then ? now - then : 0);
}

/* The name of a system in the store without its hash. */
static const char *short_system(const char *system) {
        static const char store[] = "/nix/store/";

        if (!system)
                return "";
        if (strncmp(system, store, strlen(store)) == 0 && strlen(system) > strlen(store) + 33)
                return system + strlen(store) + 33;
        return system;
}

static const char *note_of(const HostContainer *container) {
        if (!container->declared)
                return "no longer declared";
        return container->declared->broken ? "has errors, see nixos-container check" : "";
}

enum { NAME, STATE, ADDRESSES, UPTIME, SYSTEM, COLUMNS };

typedef struct Line {
        const char *cells[COLUMNS];
        const char *tint; /* of the state, as an escape sequence; NULL: none */
        const char *note;
} Line;

static Line line_of(Arena *arena, const HostContainer *container, const Row *row) {
        bool broken = container->declared && container->declared->broken;
        Line line = {.note = note_of(container)};

        line.cells[NAME] = container->name;
        line.cells[STATE] = row->state;
        line.cells[ADDRESSES] = row->addresses[0] ? row->addresses[0] : "";
        if (row->addresses[1])
                line.cells[ADDRESSES] = arena_printf(arena, "%s %s", row->addresses[0], row->addresses[1]);
        line.cells[UPTIME] = format_uptime(arena, row->since);
        line.cells[SYSTEM] = printable(arena, short_system(row->system));
        if (strcmp(row->state, "up") == 0)
                line.tint = "\x1b[32m";
        else if (broken || strcmp(row->state, "failed") == 0)
                line.tint = "\x1b[31m";
        return line;
}

static void print_line(const Line *line, const int widths[], bool colour) {
        for (int i = 0; i < COLUMNS; i++) {
                bool tinted = i == STATE && colour && line->tint, last = i + 1 == COLUMNS && !*line->note;

                printf("%s%-*s%s%s", tinted ? line->tint : "", last ? 0 : widths[i], line->cells[i],
                        tinted ? "\x1b[0m" : "", last ? "\n" : "  ");
        }
        if (*line->note)
                printf("(%s)\n", line->note);
}

static void print_table(Host *host, const Row rows[]) {
        Line *lines = arena_alloc(&host->arena, (host->length + 1) * sizeof(*lines));
        int widths[COLUMNS] = {0};

        lines[0] = (Line){.cells = {"NAME", "STATE", "ADDRESSES", "UPTIME", "SYSTEM"}, .note = ""};
        for (size_t i = 0; i < host->length; i++)
                lines[i + 1] = line_of(&host->arena, &host->containers[i], &rows[i]);
        for (size_t i = 0; i <= host->length; i++)
                for (int column = 0; column < COLUMNS; column++)
                        if ((int)strlen(lines[i].cells[column]) > widths[column])
                                widths[column] = (int)strlen(lines[i].cells[column]);
        for (size_t i = 0; i <= host->length; i++)
                print_line(&lines[i], widths, wants_colour(stdout));
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
                json_string(&json, "state", rows[i].state);
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
        for (size_t i = 0; i < host->length && r >= 0; i++)
                r = fill_row(host, &host->containers[i], systemd, machined, &rows[i]);
        if (r >= 0)
                (json ? print_json : print_table)(host, rows);
        return r;
}

int verb_list(int argc, char *argv[]) {
        static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
        CLEANUP_HOST Host host = HOST_NULL;
        bool json = false;
        int option, r = 0;

        while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                if (option != 'j')
                        return EXIT_FAILURE;
                json = true;
        }
        if (optind < argc)
                return fail_usage(argv, "it takes no operand, got \"%s\".", argv[optind]);

        host_read(&host);
        if (json || (isatty(STDOUT_FILENO) && host.length > 0))
                r = show_all(&host, json);
        else
                for (size_t i = 0; i < host.length; i++)
                        printf("%s\n", host.containers[i].name);
        return host_log_unread(&host) ? EXIT_FAILURE : exit_status(r);
}

int verb_status(int argc, char *argv[]) {
        const char *name = name_operand(argc, argv);
        CLEANUP_BUS sd_bus *systemd = NULL;
        CLEANUP_FREE char *state = NULL;
        CLEANUP_HOST Host host = HOST_NULL;

        if (!name)
                return EXIT_FAILURE;
        host_read(&host);
        if (!host_look_up(&host, name)) {
                printf("gone\n");
                (void)host_find(&host, name);
                return EXIT_FAILURE;
        }
        if (systemd_connect(&systemd) < 0)
                return EXIT_FAILURE;
        state = unit_property(systemd, container_unit(&host.arena, name), "ActiveState");
        if (!state) {
                log_message(LOG_ERR, "systemd does not tell about container@%s.service.", name);
                return EXIT_FAILURE;
        }
        printf("%s\n", strcmp(state_name(state), "up") == 0 ? "up" : "down");
        return EXIT_SUCCESS;
}
