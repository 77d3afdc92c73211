/* SPDX-License-Identifier: MIT */
/* Events: a YAML file as libyaml takes it apart, one by one, with the place of each. */
#pragma once

#include <yaml.h>

#include "base/arena.h"
#include "manifest/diagnostic.h"

/* The longest key, in characters, that the ":" behind it makes one: an implicit key of YAML 1.2. */
#define SIMPLE_KEY_MAX 1024

typedef struct Events {
        yaml_parser_t parser;
        yaml_event_t event; /* the current one */
        bool failed;        /* the file cannot be read any further; the event is YAML_NO_EVENT then */
        int fd, error;      /* errno(3), if it could not be read to its end */
        size_t left;        /* bytes that may still be read */
        bool is_ascii;      /* as far as it has been read, a character is a byte */
        size_t known_index; /* a character of the file, and its first byte */
        size_t known_offset;
        size_t long_scalar_end; /* the character behind the last scalar that is too long for a key without "? " */
} Events;

/* Starts with the first @size bytes of the file @fd, and its first event. Free with events_free(), also if it has failed. */
MUST_CHECK int events_init(Events *events, int fd, size_t size);

/* Goes on to the next event, of a file that has not failed yet. False if it turns out not to be YAML, or cannot be read. */
bool events_next(Events *events);

/* What is wrong if it was so, in libyaml's own words, and where. Owned by @arena unless it is libyaml's. */
const char *events_problem(Events *events, Arena *arena, Mark *ret_mark);

/* Goes no further. */
void events_give_up(Events *events);

/* Where the current event starts. */
Mark events_mark(const Events *events);

/* Whether the current event is null, or nothing. */
bool events_is_null(const Events *events);

/* The offset in bytes of the character at @index, counted from where the last one asked for was. */
size_t events_offset(Events *events, size_t index);

void events_free(Events *events);
