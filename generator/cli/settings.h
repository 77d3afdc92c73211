/* SPDX-License-Identifier: MIT */
/* Settings: options of a new container's manifest by their paths, as create --set has them. Which options there are, and what they accept,
 * is not known here: what is written of them is checked as a manifest. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

typedef struct Setting {
        const char *key;
        const char *written;     /* the argument that it comes from: "--set autoStart=true" */
        const char *value;       /* as JSON; NULL: it has members */
        struct Setting *members; /* in the order in which they were set */
        struct Setting *next;
        unsigned line; /* of the manifest, once written */
} Setting;

/* Adds "OPTION=VALUE" to @root, the settings of a container: the parts of OPTION are separated by dots, and quoted as in Nix if they have
 * some; VALUE is YAML. Logs what is wrong with it, or what it conflicts with. What is added is owned by @arena. */
MUST_CHECK int settings_add(Arena *arena, Setting *root, const char *text);

/* The same for "HOST[:INSIDE[:ro]]", a bind mount. A colon in a path has a backslash. */
MUST_CHECK int settings_add_bind(Arena *arena, Setting *root, const char *text);

/* Returns the setting of the option @key of the container, or NULL. */
const Setting *settings_find(const Setting *root, const char *key);

/* Appends the settings to a manifest, and notes their lines. */
void settings_format(Setting *root, Buffer *manifest);

/* Returns the setting that is in this line of the manifest, or NULL. */
const Setting *settings_at(const Setting *root, unsigned line);
