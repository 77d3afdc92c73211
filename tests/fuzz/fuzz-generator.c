/* SPDX-License-Identifier: MIT */
/* What the generator makes of a manifest, in memory. Whatever the bytes of the manifest are:
 *
 * - it does not crash (and neither leaks nor reads or writes where it should not: it is built with sanitizers)
 * - each file is one that its templates make, with values in them (shape.h)
 * - it writes nothing outside of its directory
 * - the same bytes give the same files
 * - the files of a container without errors depend on nothing but its own entry, but for where that stands: neither on what else is in
 *   its manifest, nor on another manifest */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define NEIGHBOUR "neighbour"

/* Names and numbers that other manifests do not have by chance. */
static const char good_manifest[] = "version: 1\n"
                                    "containers:\n"
                                    "  " NEIGHBOUR ":\n"
                                    "    system: /nix/store/neighbour\n"
                                    "    autoStart: true\n"
                                    "    privateNetwork: true\n"
                                    "    hostAddress: 10.113.0.1\n"
                                    "    localAddress: 10.113.0.2\n"
                                    "    forwardPorts: [{hostPort: 48113, containerPort: 80}]\n"
                                    "    extraVeths: {lan113: {localAddress6: \"fd71::2\"}}\n"
                                    "    bindMounts: {/srv/neighbour: {isReadOnly: false}}\n"
                                    "    extraFlags: [\"--setenv=A=b c\"]\n"
                                    "    after: [neighbour.target]\n";

static __attribute__((noreturn)) void fail(const char *what, const char *text, size_t length) {
        fprintf(stderr, "%s: %.*s\n", what, (int)length, text);
        abort();
}

static const char *line_end(const char *line, const char *end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));

        return newline ? newline : end;
}

static void check_name(const char *name) {
        if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strlen(name) > 255 || !*name)
                fail("not the name of a file", name, strlen(name));
}

static void check_files(const Files *files) {
        for (size_t i = 0; i < files->length; i++) {
                const File *file = &files->items[i];
                const char *wrong;

                check_name(file->name);
                if (file->subdirectory[0])
                        check_name(file->subdirectory);
                for (size_t j = 0; j < i; j++)
                        if (strcmp(files->items[j].name, file->name) == 0 &&
                                strcmp(files->items[j].subdirectory, file->subdirectory) == 0)
                                fail("a file twice", file->name, strlen(file->name));
                wrong = shape_check(file->subdirectory, file->name, file->text, file->length, FILES_DIRECTORY);
                if (wrong) {
                        fprintf(stderr, "%s: %s\n", file->name, wrong);
                        fail("not made of its templates", file->text, file->length);
                }
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

/* Where a unit has the manifest of its container alone; NULL if it has none, being broken. */
static const char *find_entry(const File *unit) {
        static const char header[] = "\n[X-Manifest]\n";
        const char *found = memmem(unit->text, unit->length, header, sizeof(header) - 1);

        return found ? found + sizeof(header) - 1 : NULL;
}

/* That manifest; empty if there is none. */
static Buffer entry_of(const File *unit) {
        const char *line = find_entry(unit), *end = unit->text + unit->length, *next;
        Buffer entry = BUFFER_NULL;

        for (line = line ? line : end; line < end && *line != '\n'; line = next + 1) {
                next = line_end(line, end);
                if (*line == '#' && entry.length > 0)
                        buffer_append(&entry, "\n", 1);
                buffer_append(&entry, line + 1, (size_t)(next - line - 1));
        }
        return entry;
}

static bool starts_with(const char *line, const char *start) {
        return strncmp(line, start, strlen(start)) == 0;
}

/* Whether a line is of this container alone, and not of what others write: directories and files at its paths are created at its
 * start then, and it starts after those whose root directories it can write. */
static bool is_its_own(const char *line, bool written) {
        return !written && !starts_with(line, "After=container@") && !starts_with(line, "d- ") &&
               !starts_with(line, "f- ");
}

/* What a unit says, but for where its container is declared and how that is written, and for other containers. */
static Buffer without_origin(const File *unit) {
        const char *end = unit->text + unit->length, *next;
        Buffer text = BUFFER_NULL;
        bool written = false;

        for (const char *line = unit->text; line < end; line = next + 1) {
                next = line_end(line, end);
                if (*line == '[')
                        written = starts_with(line, "[X-Written]");
                if (!strchr("#;\n", *line) && is_its_own(line, written))
                        buffer_append(&text, line, (size_t)(next + 1 - line));
        }
        return text;
}

static void check_alone(const File *unit) {
        Buffer entry = entry_of(unit);
        Files alone;

        if (entry.length > 0) {
                Buffer expected = without_origin(unit), text;

                alone = files_generate(NULL, entry.text, entry.length, NULL, NULL);
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

static const File *find_file(const Files *files, const char *subdirectory, const char *name) {
        for (size_t i = 0; i < files->length; i++)
                if (strcmp(files->items[i].subdirectory, subdirectory) == 0 && strcmp(files->items[i].name, name) == 0)
                        return &files->items[i];
        return NULL;
}

/* Whether both are the same, but for what others write where one of them says that they do. */
static bool is_same(const File *a, const File *b) {
        static const char written[] = "\n[X-Written]\n";
        Buffer alone, beside;
        bool same;

        if (!memmem(b->text, b->length, written, strlen(written)))
                return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
        alone = without_origin(a);
        beside = without_origin(b);
        same = alone.length == beside.length && memcmp(alone.text, beside.text, alone.length) == 0;
        buffer_free(&alone);
        buffer_free(&beside);
        return same;
}

/* Whether the neighbour starts at boot. */
static bool is_wanted(const Files *files) {
        static const char line[] = "\nWants=container@" NEIGHBOUR ".service\n";
        const File *wants = find_file(files, "machines.target.d", "nixos-containers.conf");

        return wants && memmem(wants->text, wants->length, line, sizeof(line) - 1);
}

/* A manifest that is good has the same unit whatever stands in the one behind it, unless that declares its container too. */
static void check_neighbour(const char *bytes, size_t length) {
        static const char unit[] = "container@" NEIGHBOUR ".service";
        static Files expected;
        const File *a, *b;
        Files files;
        bool twice;

        if (expected.length == 0)
                expected = files_generate(good_manifest, "", 0, NEIGHBOUR, NULL);
        files = files_generate(good_manifest, bytes, length, NEIGHBOUR, &twice);
        a = find_file(&expected, "", unit);
        b = find_file(&files, "", unit);
        if (!a || !find_entry(a) || !is_wanted(&expected))
                fail("the good manifest is not good", good_manifest, strlen(good_manifest));
        if (!b)
                fail("the manifest before it has no unit", good_manifest, strlen(good_manifest));
        if (!twice && !is_same(a, b))
                fail("the manifest before it has another unit", b->text, b->length);
        if (!twice && !is_wanted(&files))
                fail("the container of the manifest before it does not start at boot", unit, strlen(unit));
        files_free(&files);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
        Files files = files_generate(NULL, (const char *)bytes, length, NULL, NULL);
        Files again = files_generate(NULL, (const char *)bytes, length, NULL, NULL);

        check_files(&files);
        check_equal(&files, &again);
        for (size_t i = 0; i < files.length; i++)
                if (strncmp(files.items[i].name, "container@", 10) == 0)
                        check_alone(&files.items[i]);
        check_neighbour((const char *)bytes, length);
        files_free(&files);
        files_free(&again);
        return 0;
}
