#include "files.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

static Files files;
static Buffer text;

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

void output_end(Output *output) {
        File *file = &files.items[files.length - 1];

        (void)output;
        file->text = copy(text.length > 0 ? text.text : "", text.length);
        file->length = text.length;
}

Files files_take(void) {
        Files taken = files;

        files = (Files){0};
        return taken;
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
