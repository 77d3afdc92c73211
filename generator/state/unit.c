/* SPDX-License-Identifier: MIT */
#include "state/unit.h"

#include "base/lines.h"
#include "state/format.h"

bool unit_is_whole(const Buffer *unit) {
        const char *last = unit->text, *last_end = NULL;

        for_each_line(line, end, unit) {
                last = line;
                last_end = end;
        }
        return last_end && last_end + 1 == unit->text + unit->length && line_behind(last, last_end, UNIT_END);
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
