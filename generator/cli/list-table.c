/* SPDX-License-Identifier: MIT */
#include "cli/list-table.h"

#include "base/path.h"
#include "base/text.h"
#include "cli/display.h"
#include "manifest/closures.h"

enum { HOST, NAME, STATE, ADDRESSES, UPTIME, SYSTEM, COLUMNS };

typedef struct Line {
        const char *cells[COLUMNS];
        const char *tint; /* of the state, as an escape sequence; NULL: none */
        const char *note;
} Line;

/* The name of a system in the store without its hash. */
static const char *short_system(const char *system) {
        const char *name = system ? path_behind(system, STORE_DIRECTORY) : NULL;

        if (name && strlen(name) > 33)
                return name + 33;
        return system ? system : "";
}

static Line line_of(Arena *arena, const ListRow *row) {
        bool up = strcmp(row->state, "up") == 0;
        Line line = {.note = row->broken      ? "has errors, see nixos-container check"
                             : !row->declared ? "undeclared"
                             : row->is_empty  ? "nothing deployed yet"
                                              : ""};

        line.cells[HOST] = row->host ? row->host : "";
        line.cells[NAME] = row->name;
        line.cells[STATE] = row->state;
        line.cells[ADDRESSES] = row->addresses[0] ? row->addresses[0] : "";
        if (row->addresses[0] && row->addresses[1])
                line.cells[ADDRESSES] = arena_printf(arena, "%s %s", row->addresses[0], row->addresses[1]);
        line.cells[UPTIME] = up ? format_duration(arena, row->uptime) : "";
        line.cells[SYSTEM] = short_system(row->system);
        if (up)
                line.tint = "\x1b[32m";
        else if (row->broken || strcmp(row->state, "failed") == 0)
                line.tint = "\x1b[31m";
        for (int column = 0; column < COLUMNS; column++)
                line.cells[column] = printable(arena, line.cells[column]);
        return line;
}

static void print_line(const Line *line, const int widths[], int first, bool colour) {
        for (int i = first; i < COLUMNS; i++) {
                bool tinted = i == STATE && colour && line->tint, last = i + 1 == COLUMNS && !*line->note;

                printf("%s%-*s%s%s", tinted ? line->tint : "", last ? 0 : widths[i], line->cells[i],
                        tinted ? "\x1b[0m" : "", last ? "\n" : "  ");
        }
        if (*line->note)
                printf("(%s)\n", line->note);
}

void list_print_table(Arena *arena, const ListRow rows[], size_t length) {
        Line *lines = arena_alloc(arena, (length + 1) * sizeof(*lines));
        int widths[COLUMNS] = {0}, first = length > 0 && rows[0].host ? HOST : NAME;

        lines[0] = (Line){.cells = {"HOST", "NAME", "STATE", "ADDRESSES", "UPTIME", "SYSTEM"}, .note = ""};
        for (size_t i = 0; i < length; i++)
                lines[i + 1] = line_of(arena, &rows[i]);
        for (size_t i = 0; i <= length; i++)
                for (int column = 0; column < COLUMNS; column++)
                        if ((int)strlen(lines[i].cells[column]) > widths[column])
                                widths[column] = (int)strlen(lines[i].cells[column]);
        for (size_t i = 0; i <= length; i++)
                print_line(&lines[i], widths, first, wants_colour(stdout));
}
