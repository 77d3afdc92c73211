/* SPDX-License-Identifier: MIT */
/* What is at hand while units are generated, for all parts of that. */
#pragma once

#include "config.h"
#include "generate/output.h"
#include "generate/placeholders.h"
#include "generate/template.h"
#include "generate/templates.h"
#include "manifest/entry.h"
#include "manifest/manifest.h"
#include "systemd/mac-address.h"

/* It runs in the container, and needs nothing else there. */
#define CONTAINER_INIT_PATH LIBEXECDIR "/container-init"

typedef struct GenerateOptions {
        const char *root;                /* "" or where the host's files are */
        const char *generator_directory; /* as the units are to name it */
        MachineId machine_id;
        int machine_id_error; /* errno(3) if it could not be read, or 0 */
        bool with_records;    /* look for containers that run and are no longer declared */
} GenerateOptions;

typedef struct Generator {
        const GenerateOptions *options;
        Manifest *manifest;
        Output *output;
        Template *templates[TEMPLATES_LENGTH];
        Values values[PLACEHOLDERS_LENGTH];
        Window window;           /* of the manifest */
        Buffer entry;            /* the container's, as it is declared */
        Arena scratch;           /* texts that are valid for one container */
        const char *last_system; /* whose architecture was looked up last */
        bool last_is_i686;
        /* Of containers there is one, or one that has the unit of its record, as it may be one: */
        bool any_follows; /* whose name servers change with the host's */
        bool any_keeps;   /* that has profiles and gcroots of its own */
} Generator;

/* Adds a value to those of a placeholder. It is valid as long as they are. */
static inline void add(Generator *g, PlaceholderNumber placeholder, const char *value) {
        values_add(&g->values[placeholder], value);
}

/* Adds a value to each of several placeholders that stand one behind the other: the line of a template that has them has one more. */
#define add_row(g, first, ...)                                                                                         \
        add_each(g, first, (const char *const[]){__VA_ARGS__},                                                         \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
static inline void add_each(Generator *g, PlaceholderNumber first, const char *const values[], size_t length) {
        for (size_t i = 0; i < length; i++)
                add(g, first + (PlaceholderNumber)i, values[i]);
}

/* Texts of one container, that are joined of others. */
#define text(g, ...) arena_printf(&(g)->scratch, __VA_ARGS__)

static inline const char *join(Generator *g, const char *a, const char *b) {
        return arena_join(&g->scratch, a, b);
}

static inline const char *number_text(Generator *g, uint32_t number) {
        return arena_number(&g->scratch, number);
}

/* Appends the text of a template with the values that there are to @buffer. */
static inline void render(const Generator *g, TemplateId template, Buffer *buffer) {
        template_render(g->templates[template], g->values, buffer);
}

/* Generates a file of one template. @directory is as output_start() takes it. */
static inline void generate_file(Generator *g, TemplateId template, const char *directory, const char *name) {
        render(g, template, output_start(g->output, directory, name));
        output_end(g->output);
}

/* Starts a container anew: no placeholder has a value but those of all. */
void start_container(Generator *g, const Container *container);

/* Adds the values of all but its network. values.c */
void add_container(Generator *g, const Container *container);

/* Adds those of its network. network.c */
void add_network(Generator *g, const Container *container);

/* Generates the unit of @container. Fails, with a diagnostic, if there is something that cannot be read or that systemd could not read: then
 * nothing is generated. unit.c */
MUST_CHECK int generate_unit(Generator *g, const Container *container);

/* Generates a unit that says why there is none, or that of its record, as one that runs keeps the unit it was started with. kept.c */
void generate_broken(Generator *g, const Container *container);

/* Generates the units of containers that run and are no longer declared: without it, systemd would forget how to stop them. Returns how
 * many there are. kept.c */
size_t generate_retired(Generator *g);

/* The name of the unit of a container whatever it is called, NULL if no unit can have such a name. kept.c */
const char *broken_unit_name(Generator *g, const char *name);
