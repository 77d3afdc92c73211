/* SPDX-License-Identifier: MIT */
#include "state/unit.h"

#include "base/lines.h"
#include "state/format.h"

/* Returns where the last line of the unit starts, or NULL if it has no end or does not start with @prefix. */
static char *last_line(const Buffer *unit, const char *prefix) {
        const char *end = unit->text + unit->length - 1, *start;

        if (unit->length == 0 || *end != '\n')
                return NULL;
        start = memrchr(unit->text, '\n', unit->length - 1);
        start = start ? start + 1 : unit->text;
        return line_behind(start, end, prefix) ? (char *)start : NULL;
}

bool unit_is_whole(const Buffer *unit) {
        return last_line(unit, UNIT_END) != NULL;
}

bool unit_is_continued(const Buffer *unit) {
        return last_line(unit, UNIT_CONTINUED) != NULL;
}

int unit_append_sections(Buffer *unit, const char *container, const char *text, size_t length) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;
        const char *start = arena_printf(&arena, "\n\n" UNIT_SECTIONS "%s.service]\n\n", container);
        const char *end = arena_printf(&arena, "\n\n" UNIT_END "%s.service\n", container);
        const char *from = memmem(text, length, start, strlen(start)), *to;

        if (!from)
                return 0;
        from += strlen(start);
        to = memmem(from, (size_t)(text + length - from), end, strlen(end));
        if (!to)
                return 0;
        unit->length = (size_t)(last_line(unit, UNIT_CONTINUED) - unit->text);
        buffer_append(unit, from, (size_t)(to + strlen(end) - from));
        return 1;
}

Buffer unit_section(const Buffer *unit, const char *name) {
        Buffer content = BUFFER_NULL;
        bool in_it = false;

        for_each_line(line, end, unit) {
                if (*line == '[')
                        in_it = (size_t)(end - line) == strlen(name) && memcmp(line, name, strlen(name)) == 0;
                else if (in_it)
                        buffer_append(&content, line, (size_t)(end + 1 - line));
        }
        return content;
}

const char *section_path(Arena *arena, const char *line, const char *end) {
        const char *start = memmem(line, (size_t)(end - line), " /", 2);
        char *path, *to;

        if (!start)
                return "";
        to = path = arena_copy(arena, start + 1, (size_t)(end - start - 1));
        for (const char *from = path; *from; from++) {
                *to++ = *from;
                from += from[0] == '%' && from[1] == '%';
        }
        to -= to > path + 1 && to[-1] == '/';
        *to = '\0';
        return path;
}

Buffer unit_manifest(const Buffer *unit) {
        CLEANUP_BUFFER Buffer comments = unit_section(unit, SECTION_MANIFEST);
        Buffer manifest = BUFFER_NULL;

        for_each_line(line, end, &comments) {
                if (*line != '#' && *line != ';')
                        break;
                if (*line == '#' && manifest.length > 0)
                        buffer_append(&manifest, "\n", 1);
                buffer_append(&manifest, line + 1, (size_t)(end - line - 1));
        }
        if (manifest.length > 0)
                buffer_append(&manifest, "\n", 1);
        return manifest;
}
