/* SPDX-License-Identifier: MIT */
/* Events: a YAML file as libyaml parses it, event by event, each with its place. */
#pragma once

#include <yaml.h>

#include "base/arena.h"
#include "manifest/diagnostic.h"

/* The maximum length of a key, in characters, that only the ":" after it marks as one: an implicit key of YAML 1.2. */
#define SIMPLE_KEY_MAX 1024

typedef struct Events {
        yaml_parser_t parser;
        yaml_event_t event; /* the current one */
        bool failed;        /* the file cannot be read any further; the event is then YAML_NO_EVENT */
        int fd, error;      /* errno(3), if it could not be read to its end */
        size_t left;        /* bytes that may still be read */
        bool is_ascii;      /* so far, each character is one byte */
        size_t known_index; /* a character of the file, and its first byte */
        size_t known_offset;
        size_t long_scalar_end; /* the character after the last scalar that is too long for a key without "? " */
} Events;

/* Starts to read the first @size bytes of the file @fd, up to the first event. Free with events_free(), even on failure. */
MUST_CHECK int events_init(Events *events, int fd, size_t size);

/* Advances to the next event of a file that has not failed yet. Returns false if it turns out not to be YAML, or cannot be read. */
bool events_next(Events *events);

/* Returns the error in that case, in libyaml's own words, and its place. Owned by @arena unless it is libyaml's. */
const char *events_problem(Events *events, Arena *arena, Mark *ret_mark);

/* Stops reading. */
void events_give_up(Events *events);

/* Returns where the current event starts. */
Mark events_mark(const Events *events);

/* Whether the current event is null or empty. */
bool events_is_null(const Events *events);

/* Returns the offset in bytes of the character at @index, counting from that of the last call. */
size_t events_offset(Events *events, size_t index);

void events_free(Events *events);
