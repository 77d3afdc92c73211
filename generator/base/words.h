/* SPDX-License-Identifier: MIT */
/* Words: the start of a string, one of several strings, and the next word of a line. */
#pragma once

#include "base/arena.h"

/* Returns what follows @start in @text, or NULL if @text does not start with @start. */
static inline const char *text_behind(const char *text, const char *start) {
        size_t length = strlen(start);

        return strncmp(text, start, length) == 0 ? text + length : NULL;
}

/* Whether @text, which may be NULL, is one of the strings that follow. */
#define is_one_of(text, ...) is_in_list(text, (const char *const[]){__VA_ARGS__, NULL})

static inline bool is_in_list(const char *text, const char *const list[]) {
        for (; text && *list; list++)
                if (strcmp(text, *list) == 0)
                        return true;
        return false;
}

/* Takes the next word, up to a blank, a tab or the end of the line, from the rest of a line. Returns NULL if there is none. Owned by
 * @arena. */
static inline char *take_word(Arena *arena, const char **line) {
        const char *word = *line + strspn(*line, " \t");

        *line = word + strcspn(word, " \t\n");
        return *line > word ? arena_copy(arena, word, (size_t)(*line - word)) : NULL;
}
