/* SPDX-License-Identifier: MIT */
/* Reading: a manifest from text, and all that was said about it as one text. */
#pragma once

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "manifest/document.h"

typedef struct Reading {
        Arena arena;
        Manifest manifest;
} Reading;

static inline void reading_init(Reading *reading) {
        reading->arena = ARENA_NULL;
        manifest_init(&reading->manifest, &reading->arena);
}

/* Reads @length bytes of @text as the file @shown. */
static inline void reading_add_bytes(Reading *reading, const char *shown, const char *text, size_t length) {
        int fd = memfd_create(shown, MFD_CLOEXEC);
        char path[64];

        if (fd < 0 || write(fd, text, length) != (ssize_t)length)
                abort();
        snprintf(path, sizeof(path), "/proc/self/fd/%i", fd);
        manifest_read(&reading->manifest, path, shown);
        close(fd);
}

static inline void reading_add(Reading *reading, const char *shown, const char *text) {
        reading_add_bytes(reading, shown, text, strlen(text));
}

/* Up to the next space that is not between quotes. */
static inline size_t reading_word(const char *text) {
        bool quoted = false;
        size_t length = 0;

        for (; text[length] && (quoted || text[length] != ' '); length++)
                if (quoted && text[length] == '\\' && text[length + 1])
                        length++;
                else if (text[length] == '"')
                        quoted = !quoted;
        return length;
}

/* Whether a word of a message is a fact: a quoted text, an option, an anchor or alias, a place. */
static inline bool reading_is_fact(const char *word, size_t length) {
        for (size_t i = 1; i + 1 < length; i++)
                if (isdigit((unsigned char)word[i - 1]) && word[i] == ':' && isdigit((unsigned char)word[i + 1]))
                        return true;
        return (word[0] == '"' && length > 4) || word[0] == '&' || word[0] == '*' ||
               strncmp(word, "containers.", 11) == 0;
}

/* A diagnostic without its prose: its place and option, the value that it begins with, and the facts behind. Owned by @arena. */
static inline const char *reading_facts(Arena *arena, const char *text) {
        static const char punctuation[] = "(),:;?.";
        const char *facts = "";
        bool head = true;

        while (*text) {
                size_t length = reading_word(text), shown = length;
                const char *word = text, *rest = text + length + (text[length] == ' ');
                bool value = head && *word == '"' && word[length - 1] == '"';

                head = head && word[length - 1] == ':';
                while (!head && !value && shown > 0 && strchr(punctuation, word[shown - 1]))
                        shown--;
                while (!head && !value && shown > 0 && strchr(punctuation, *word))
                        word++, shown--;
                if (shown > 0 && (head || value || reading_is_fact(word, shown)))
                        facts = arena_printf(arena, "%s%s%.*s", facts, *facts ? " " : "", (int)shown, word);
                text = rest;
        }
        return facts;
}

/* The facts of all diagnostics, a line each, with "(warning)" behind those that are none. Owned by the arena. */
static inline const char *reading_said(Reading *reading) {
        const char *said = "";

        for (const Diagnostic *d = reading->manifest.diagnostics.first; d; d = d->next)
                said = arena_printf(&reading->arena, "%s%s%s\n", said, reading_facts(&reading->arena, d->text),
                        d->severity == SEVERITY_WARNING ? " (warning)" : "");
        return said;
}

static inline void reading_free(Reading *reading) {
        manifest_free(&reading->manifest);
        arena_free(&reading->arena);
}
