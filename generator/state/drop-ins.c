/* SPDX-License-Identifier: MIT */
#include "state/drop-ins.h"

#include <fnmatch.h>

#include "base/file.h"
#include "base/memory.h"

static const char *const unit_directories[] = {"/etc/systemd/system", "/run/systemd/system"};

#define UNIT_DIRECTORIES (sizeof(unit_directories) / sizeof(unit_directories[0]))

/* The template's come first. */
static const char template_directory[] = "container@.service.d";

/* A format string for the name of a container. */
#define OWN_DIRECTORY "container@%s.service.d"

static int is_drop_in(const struct dirent *entry) {
        return fnmatch("*.conf", entry->d_name, 0) == 0;
}

static void read_directory(Arena *arena, const char *path, Buffer *text) {
        struct dirent **entries;
        int length = scandir(path, &entries, is_drop_in, alphasort);

        for (int i = 0; i < length; i++) {
                size_t before = text->length;

                if (read_file(arena_printf(arena, "%s/%s", path, entries[i]->d_name), text) < 0)
                        text->length = before;
                buffer_append(text, "\n", 1);
                free(entries[i]);
        }
        if (length >= 0)
                free(entries);
}

static void read_directories(Arena *arena, const char *root, const char *name, Buffer *text) {
        for (size_t i = 0; i < UNIT_DIRECTORIES; i++)
                read_directory(arena, arena_printf(arena, "%s%s/%s", root, unit_directories[i], name), text);
}

/* Both directories have thousands of units, and hardly any of them drop-ins: so these are not looked for one by one. */
void drop_ins_find(DropIns *ret_drop_ins, Arena *arena, const char *root) {
        *ret_drop_ins = (DropIns){.root = root};
        for (size_t i = 0; i < UNIT_DIRECTORIES; i++) {
                CLEANUP_CLOSEDIR DIR *directory = opendir(arena_join(arena, root, unit_directories[i]));
                const struct dirent *entry;

                while (directory && (entry = readdir(directory)))
                        if (fnmatch("container@*.service.d", entry->d_name, 0) == 0)
                                (void)name_table_add(&ret_drop_ins->directories,
                                        arena_copy(arena, entry->d_name, strlen(entry->d_name)), arena);
        }
        if (name_table_find(&ret_drop_ins->directories, template_directory))
                read_directories(arena, root, template_directory, &ret_drop_ins->of_template);
}

void drop_ins_read(const char *root, const char *name, Buffer *text) {
        CLEANUP_ARENA Arena arena = ARENA_NULL;

        read_directories(&arena, root, template_directory, text);
        read_directories(&arena, root, arena_printf(&arena, OWN_DIRECTORY, name), text);
}

void drop_ins_read_found(const DropIns *drop_ins, const char *name, Buffer *text) {
        char own[sizeof("container@.service.d") + NAME_MAX];

        buffer_append(text, drop_ins->of_template.text, drop_ins->of_template.length);
        if (drop_ins->directories.length == 0)
                return;
        snprintf(own, sizeof(own), OWN_DIRECTORY, name);
        if (name_table_find(&drop_ins->directories, own)) {
                CLEANUP_ARENA Arena arena = ARENA_NULL;

                read_directories(&arena, drop_ins->root, own, text);
        }
}

void drop_ins_free(DropIns *drop_ins) {
        name_table_free(&drop_ins->directories);
        buffer_free(&drop_ins->of_template);
}
