/* SPDX-License-Identifier: MIT */
/* Words: what text starts with, whether it is one of several, and the next of a line. */
#pragma once

#include "base/arena.h"

/* If @text starts with @start, what is behind it, otherwise NULL. */
static inline const char *text_behind(const char *text, const char *start) {
        size_t length = strlen(start);

        return strncmp(text, start, length) == 0 ? text + length : NULL;
}

/* Whether @text, which may be NULL, is one of the texts behind it. */
#define is_one_of(text, ...) is_in_list(text, (const char *const[]){__VA_ARGS__, NULL})

static inline bool is_in_list(const char *text, const char *const list[]) {
        for (; text && *list; list++)
                if (strcmp(text, *list) == 0)
                        return true;
        return false;
}

/* Takes the next word, up to a blank, a tab or the end of the line, off what is left of a line. NULL if there is none. Owned by @arena. */
static inline char *take_word(Arena *arena, const char **line) {
        const char *word = *line + strspn(*line, " \t");

        *line = word + strcspn(word, " \t\n");
        return *line > word ? arena_copy(arena, word, (size_t)(*line - word)) : NULL;
}
