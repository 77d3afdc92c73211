/* SPDX-License-Identifier: MIT */
#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/memory.h"
#include "generate/generate.h"
#include "manifest/model.h"
#include "shape.h"

static Files files;
static Buffer text, sections;

static char *copy(const char *from, size_t length) {
        char *to = reallocate(NULL, length + 1);

        memcpy(to, from, length);
        to[length] = '\0';
        return to;
}

void output_open_stdout(Output *output, const char *directory) {
        *output = (Output){.directory = directory, .fd = -1};
}

Buffer *output_start(Output *output, const char *subdirectory, const char *name) {
        (void)output;
        files.items = reallocate(files.items, (files.length + 1) * sizeof(*files.items));
        files.items[files.length++] = (File){
                .subdirectory = copy(subdirectory ? subdirectory : "", subdirectory ? strlen(subdirectory) : 0),
                .name = copy(name, strlen(name)),
        };
        text.length = 0;
        return &text;
}

Buffer *output_sections(Output *output) {
        (void)output;
        return &sections;
}

void output_end(Output *output) {
        File *file = &files.items[files.length - 1];

        (void)output;
        shape_append_sections(&text, file->name, &sections);
        file->text = copy(text.length > 0 ? text.text : "", text.length);
        file->length = text.length;
}

void output_cancel(Output *output) {
        (void)output;
        files.length--;
        free(files.items[files.length].subdirectory);
        free(files.items[files.length].name);
}

static Files take(void) {
        Files taken = files;

        files = (Files){0};
        return taken;
}

static void read_bytes(Manifest *manifest, const char *shown, const char *bytes, size_t length) {
        int fd = memfd_create("manifest", MFD_CLOEXEC);
        char path[64];

        if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
                abort();
        snprintf(path, sizeof(path), "/proc/self/fd/%i", fd);
        manifest_read(manifest, path, shown);
        close(fd);
}

static bool is_declared_twice(const Manifest *manifest, const char *name) {
        unsigned times = 0;

        for (size_t i = 0; i < manifest->length; i++)
                times += strcmp(manifest->containers[i]->name.text, name) == 0;
        return times > 1;
}

Files files_generate(const char *before, const char *bytes, size_t length, const char *container, bool *ret_twice) {
        GenerateOptions options = {.root = "/nonexistent", .generator_directory = FILES_DIRECTORY};
        Arena arena = ARENA_NULL;
        Manifest manifest;
        Output output;

        manifest_init(&manifest, &arena);
        if (before)
                read_bytes(&manifest, "before.yaml", before, strlen(before));
        read_bytes(&manifest, "m.yaml", bytes, length);
        model_check(&manifest, options.root, MODEL_OPTIONS);
        output_open_stdout(&output, options.generator_directory);
        sections.length = 0;
        generate(&manifest, &options, &output);
        if (ret_twice)
                *ret_twice = is_declared_twice(&manifest, container);
        manifest_free(&manifest);
        arena_free(&arena);
        return take();
}

void files_free(Files *taken) {
        for (size_t i = 0; i < taken->length; i++) {
                free(taken->items[i].subdirectory);
                free(taken->items[i].name);
                free(taken->items[i].text);
        }
        free(taken->items);
        *taken = (Files){0};
}
