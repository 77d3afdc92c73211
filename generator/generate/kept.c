/* SPDX-License-Identifier: MIT */
#include <dirent.h>

#include "base/file.h"
#include "generate/generator.h"
#include "manifest/schema.h"
#include "state/record.h"
#include "systemd/escape.h"
#include "systemd/log.h"
#include "systemd/unit-name.h"

static void add_errors(Generator *g, const Errors *errors) {
        for (const Diagnostic *d = errors ? errors->first : NULL; d; d = d->next_of_same)
                add(g, DIAGNOSTIC, d->text);
        if (errors && errors->length > errors->kept)
                add(g, DIAGNOSTIC, text(g, "… and %u more.", errors->length - errors->kept));
}

/* There is at least one: a container is broken by an error about it, or by one about its whole file. */
static void add_diagnostics(Generator *g, const Container *container) {
        add_errors(g, diagnostics_errors(&g->manifest->diagnostics, container->name.text, NULL));
        add_errors(g, diagnostics_errors(&g->manifest->diagnostics, NULL, container->file));
        add(g, FIRST_DIAGNOSTIC, g->values[DIAGNOSTIC].items[0].text);
}

const char *broken_unit_name(Generator *g, const char *name) {
        const char *unit = container_unit(&g->scratch, escape_unit_instance(&g->scratch, name));

        return name[0] != '\0' && strlen(unit) <= NAME_MAX ? unit : NULL;
}

/* Generates the unit of the record of the container @name as what it was in the generator's directory, with a drop-in @file that says why
 * it is there. Returns 0 if there is no record, as the container does not run. */
static int restore(Generator *g, const char *name, TemplateId drop_in, const char *file) {
        const char *record = text(g, "%s" RECORDS_DIRECTORY "/%s", g->options->root, name);
        CLEANUP_BUFFER Buffer unit = BUFFER_NULL;
        int r = read_file(join(g, record, "/" RECORD_UNIT), &unit);

        if (r == -ENOENT && access(record, F_OK) < 0)
                return 0;
        if (r < 0) {
                g->output->failed = true;
                return log_error(r, "Failed to read %s/" RECORD_UNIT ": %m", record);
        }
        buffer_append(output_start(g->output, NULL, container_unit(&g->scratch, name)), unit.text, unit.length);
        output_end(g->output);
        generate_file(g, drop_in, arena_join(g->manifest->arena, container_unit(&g->scratch, name), ".d"), file);
        g->any_follows = true;
        g->any_keeps = true;
        return 1;
}

void generate_broken(Generator *g, const Container *container) {
        const char *name = container->name.text, *unit;
        bool is_valid = is_container_name(name);

        start_container(g, container);
        unit = broken_unit_name(g, name);
        if (!unit)
                return;
        if (is_valid)
                add(g, RECORDED_NAME, name);
        add(g, SHOWN_NAME, is_valid ? name : escape_message(&g->scratch, name, strlen(name)));
        add_diagnostics(g, container);
        /* One that runs keeps the unit it was started with, by which systemd limits it and stops it. */
        if (!is_valid || !g->options->with_records || restore(g, name, TEMPLATE_broken, BROKEN_DROP_IN) <= 0)
                generate_file(g, TEMPLATE_broken_service, NULL, unit);
}

void find_old_containers(Generator *g) {
        const char *records = join(g, g->options->root, RECORDS_DIRECTORY);
        CLEANUP_CLOSEDIR DIR *directory = opendir(records);
        const struct dirent *entry;

        /* What cannot be read is said of undeclared ones. */
        while (directory && (entry = readdir(directory))) {
                const char *name = entry->d_name;

                if (name[0] != '.' && faccessat(dirfd(directory), record_path(CONTROL_GROUPS_DIRECTORY, name).text,
                                              F_OK, AT_SYMLINK_NOFOLLOW) < 0)
                        (void)name_table_add(&g->old, arena_copy(g->manifest->arena, name, strlen(name)), g);
        }
}

size_t generate_retired(Generator *g) {
        const char *directory = join(g, g->options->root, RECORDS_DIRECTORY);
        struct dirent **records;
        size_t found = 0;
        int n = scandir(directory, &records, NULL, alphasort);

        if (n < 0) {
                if (errno != ENOENT) {
                        log_message(LOG_ERR, "Failed to read %s: %s", directory, strerror(errno));
                        g->output->failed = true;
                }
                return 0;
        }
        for (int i = 0; i < n; i++) {
                const char *name = records[i]->d_name;

                if (name[0] != '.' && !name_table_find(&g->manifest->names, name)) {
                        arena_reset(&g->scratch);
                        g->values[NAME].length = 0;
                        add(g, NAME, name);
                        found += restore(g, name, TEMPLATE_retired, RETIRED_DROP_IN) != 0;
                }
                free(records[i]);
        }
        free(records);
        return found;
}
