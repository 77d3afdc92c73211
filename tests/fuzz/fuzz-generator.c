/* The whole generator, from the bytes of a manifest to files. Whatever the bytes are:
 *
 * - it does not crash (and neither leaks nor reads or writes where it should not: it is built with sanitizers)
 * - every line it writes is one that a template has in that section, with values in it
 * - it writes nothing outside of its directory
 * - the same bytes give the same files
 * - the files of a container without errors depend on nothing but its own entry, but for where that stands */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "files.h"
#include "generate.h"
#include "templates.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static __attribute__((noreturn)) void fail(const char *what, const char *text, size_t length) {
        fprintf(stderr, "%s: %.*s\n", what, (int)length, text);
        abort();
}

static Files generate_files(const char *bytes, size_t length) {
        GenerateOptions options = {.root = "/nonexistent", .generator_directory = "/run/systemd/generator"};
        Arena arena = ARENA_NULL;
        Manifest manifest = {.arena = &arena};
        NameTable names = NAME_TABLE_NULL;
        int fd = memfd_create("manifest", MFD_CLOEXEC);
        Diagnostics diagnostics;
        char path[64];
        Output output;

        if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
                abort();
        snprintf(path, sizeof(path), "/proc/self/fd/%i", fd);
        diagnostics_init(&diagnostics, &arena);
        manifest_read(&manifest, path, "m.yaml", &diagnostics);
        close(fd);
        check_manifest(&manifest, &names, &diagnostics);
        output_open_stdout(&output, options.generator_directory);
        generate(&manifest, &names, &diagnostics, &options, &output);
        name_table_free(&names);
        manifest_free(&manifest);
        arena_free(&arena);
        return files_take();
}

/* The length of the placeholder at @text, or 0. */
static size_t placeholder_length(const char *text, const char *end) {
        size_t n = 1;

        if (text == end || *text != '@')
                return 0;
        while (text + n < end && (strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", text[n]) && text[n]))
                n++;
        return n > 1 && text + n < end && text[n] == '@' ? n + 1 : 0;
}

/* Whether the line could be made from the template's line, any text standing for a placeholder. */
static bool is_made_from(const char *line, const char *end, const char *template, const char *template_end) {
        size_t length;

        for (; template <template_end; template ++, line++) {
                length = placeholder_length(template, template_end);
                if (length > 0) {
                        for (const char *rest = line; rest <= end; rest++)
                                if (is_made_from(rest, end, template + length, template_end))
                                        return true;
                        return false;
                }
                if (line == end || *line != *template)
                        return false;
        }
        return line == end;
}

static const char *line_end(const char *line, const char *end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));

        return newline ? newline : end;
}

static bool is_header(const char *line, const char *end) {
        return end - line > 2 && *line == '[' && end[-1] == ']';
}

/* Whether a template has such a line in the section @section ("": before any). */
static bool is_in_a_template(const char *section, size_t section_length, const char *line, const char *end) {
        for (size_t i = 0; i < TEMPLATES_LENGTH; i++) {
                const char *header = "", *template = template_texts[i].start, *next;
                size_t header_length = 0;

                for (; template <template_texts[i].end; template = next + 1) {
                        next = line_end(template, template_texts[i].end);
                        if (is_header(template, next)) {
                                header = template;
                                header_length = (size_t)(next - template);
                                if (is_header(line, end) && is_made_from(line, end, template, next))
                                        return true;
                        } else if (header_length == section_length && memcmp(header, section, section_length) == 0 &&
                                   is_made_from(line, end, template, next)) {
                                return true;
                        }
                }
        }
        return false;
}

static void check_lines(const File *file) {
        const char *end = file->text + file->length, *section = "", *next;
        size_t section_length = 0;

        if (memchr(file->text, '\0', file->length) || memchr(file->text, '\r', file->length))
                fail("a NUL or a carriage return", file->name, strlen(file->name));
        if (file->length > 0 && end[-1] != '\n')
                fail("no newline at the end", file->text, file->length);
        for (const char *line = file->text; line < end; line = next + 1) {
                next = line_end(line, end);
                if (line == next || *line == '#' || *line == ';')
                        continue;
                if (!is_in_a_template(section, section_length, line, next))
                        fail("a line that no template has", line, (size_t)(next - line));
                if (is_header(line, next)) {
                        section = line;
                        section_length = (size_t)(next - line);
                }
        }
}

static void check_name(const char *name) {
        if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strlen(name) > 255 || !*name)
                fail("not the name of a file", name, strlen(name));
}

static void check_files(const Files *files) {
        for (size_t i = 0; i < files->length; i++) {
                const File *file = &files->items[i];

                check_name(file->name);
                if (file->subdirectory[0])
                        check_name(file->subdirectory);
                for (size_t j = 0; j < i; j++)
                        if (strcmp(files->items[j].name, file->name) == 0 &&
                                strcmp(files->items[j].subdirectory, file->subdirectory) == 0)
                                fail("a file twice", file->name, strlen(file->name));
                check_lines(file);
        }
}

static void check_equal(const Files *a, const Files *b) {
        bool equal = a->length == b->length;

        for (size_t i = 0; i < a->length && equal; i++)
                equal = strcmp(a->items[i].name, b->items[i].name) == 0 && a->items[i].length == b->items[i].length &&
                        memcmp(a->items[i].text, b->items[i].text, a->items[i].length) == 0;
        if (!equal)
                fail("other files the second time", "", 0);
}

/* The manifest of a unit's container alone; empty if it has none, being broken. */
static Buffer entry_of(const File *unit) {
        static const char header[] = "\n[X-Manifest]\n";
        const char *line = memmem(unit->text, unit->length, header, sizeof(header) - 1);
        const char *end = unit->text + unit->length, *next;
        Buffer entry = BUFFER_NULL;

        for (line = line ? line + sizeof(header) - 1 : end; line < end && *line != '\n'; line = next + 1) {
                next = line_end(line, end);
                if (*line == '#' && entry.length > 0)
                        buffer_append(&entry, "\n", 1);
                buffer_append(&entry, line + 1, (size_t)(next - line - 1));
        }
        return entry;
}

/* What a unit says, but for where its container is declared and how that is written. */
static Buffer without_origin(const File *unit) {
        const char *end = unit->text + unit->length, *next;
        Buffer text = BUFFER_NULL;

        for (const char *line = unit->text; line < end; line = next + 1) {
                next = line_end(line, end);
                if (*line != '#' && *line != ';')
                        buffer_append(&text, line, (size_t)(next + 1 - line));
        }
        return text;
}

static void check_alone(const File *unit) {
        Buffer entry = entry_of(unit);
        Files alone;

        if (entry.length > 0) {
                Buffer expected = without_origin(unit), text;

                alone = generate_files(entry.text, entry.length);
                if (alone.length == 0 || strcmp(alone.items[0].name, unit->name) != 0)
                        fail("no unit from this entry", entry.text, entry.length);
                text = without_origin(&alone.items[0]);
                if (text.length != expected.length || memcmp(text.text, expected.text, text.length) != 0)
                        fail("another unit from this entry", entry.text, entry.length);
                buffer_free(&expected);
                buffer_free(&text);
                files_free(&alone);
        }
        buffer_free(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
        Files files = generate_files((const char *)bytes, length);
        Files again = generate_files((const char *)bytes, length);

        check_files(&files);
        check_equal(&files, &again);
        for (size_t i = 0; i < files.length; i++)
                if (strncmp(files.items[i].name, "container@", 10) == 0)
                        check_alone(&files.items[i]);
        files_free(&files);
        files_free(&again);
        return 0;
}
