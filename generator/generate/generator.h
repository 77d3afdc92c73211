/* SPDX-License-Identifier: MIT */
/* The state that all parts of the generator share while generating units. */
#pragma once

#include "config.h"
#include "generate/output.h"
#include "generate/placeholders.h"
#include "generate/template.h"
#include "generate/templates.h"
#include "manifest/entry.h"
#include "manifest/manifest.h"
#include "systemd/mac-address.h"

/* Runs in the container, and needs nothing else there. */
#define CONTAINER_INIT_PATH LIBEXECDIR "/container-init"

typedef struct GenerateOptions {
        const char *root;                /* "" or where the host's files are */
        const char *generator_directory; /* as named in the units */
        MachineId machine_id;
        int machine_id_error; /* errno(3) if it could not be read, or 0 */
        bool with_records;    /* look for undeclared containers that are running */
} GenerateOptions;

typedef struct Generator {
        const GenerateOptions *options;
        Manifest *manifest;
        Output *output;
        Template *templates[TEMPLATES_LENGTH];
        Values values[PLACEHOLDERS_LENGTH];
        Window window;           /* of the manifest */
        Buffer entry;            /* the container's, as declared */
        Arena scratch;           /* strings valid for one container */
        const char *last_system; /* whose architecture was looked up last */
        bool last_is_i686;
        NameTable
                old; /* running containers that an earlier version has started, without a note of their control group */
        bool any_sections; /* SECTIONS_FILE has something */
        /* Whether there is such a container. One that keeps the unit of its state record counts too, as it may be one: */
        bool any_follows; /* its name servers follow the host's */
        bool any_keeps;   /* it has profiles and gcroots of its own */
} Generator;

/* Adds a value to a placeholder. It must stay valid as long as the placeholder's values are used. */
static inline void add(Generator *g, PlaceholderNumber placeholder, const char *value) {
        values_add(&g->values[placeholder], value);
}

/* Adds a value to each of several consecutive placeholders: the template line that has them is written once more. */
#define add_row(g, first, ...)                                                                                         \
        add_each(g, first, (const char *const[]){__VA_ARGS__},                                                         \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
static inline void add_each(Generator *g, PlaceholderNumber first, const char *const values[], size_t length) {
        for (size_t i = 0; i < length; i++)
                add(g, first + (PlaceholderNumber)i, values[i]);
}

/* Strings for one container, composed of others. */
#define text(g, ...) arena_printf(&(g)->scratch, __VA_ARGS__)

static inline const char *join(Generator *g, const char *a, const char *b) {
        return arena_join(&g->scratch, a, b);
}

static inline const char *number_text(Generator *g, uint32_t number) {
        return arena_number(&g->scratch, number);
}

/* Appends the text of a template, with the current values, to @buffer. */
static inline void render(const Generator *g, TemplateId template, Buffer *buffer) {
        template_render(g->templates[template], g->values, buffer);
}

/* Generates a file from one template. @directory is that of output_start(). */
static inline void generate_file(Generator *g, TemplateId template, const char *directory, const char *name) {
        render(g, template, output_start(g->output, directory, name));
        output_end(g->output);
}

/* Starts a new container: removes the values of all placeholders except those common to all files. */
void start_container(Generator *g, const Container *container);

/* Adds the values of everything except its network. values.c */
void add_container(Generator *g, const Container *container);

/* Adds the values of its network. network.c */
void add_network(Generator *g, const Container *container);

/* Generates the unit of @container. Fails, with a diagnostic, if something cannot be read or systemd could not read it: nothing is
 * generated then. unit.c */
MUST_CHECK int generate_unit(Generator *g, const Container *container);

/* Generates a unit that reports why there is none, or the unit of its state record, as a running container keeps the unit it was started
 * with. kept.c */
void generate_broken(Generator *g, const Container *container);

/* Finds the containers that an earlier version has started: their units remove what they had themselves. kept.c */
void find_old_containers(Generator *g);

/* Generates the units of undeclared containers that are running: without them, systemd would no longer know how to stop these. Returns how
 * many there are. kept.c */
size_t generate_retired(Generator *g);

/* Returns the unit name of a container with any name, NULL if no unit can have such a name. kept.c */
const char *broken_unit_name(Generator *g, const char *name);
