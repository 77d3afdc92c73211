/* SPDX-License-Identifier: MIT */
#include "state/drop-ins.h"

#include <fnmatch.h>

#include "base/file.h"
#include "base/memory.h"

static const char *const unit_directories[] = {"/etc/systemd/system", "/run/systemd/system"};

#define UNIT_DIRECTORIES (sizeof(unit_directories) / sizeof(unit_directories[0]))

/* Both directories have thousands of units, and hardly any of them drop-ins: so these are not looked for one by one. */
void drop_ins_find(DropIns *ret_drop_ins, Arena *arena, const char *root) {
        *ret_drop_ins = (DropIns){.root = root, .arena = arena};
        for (size_t i = 0; i < UNIT_DIRECTORIES; i++) {
                CLEANUP_CLOSEDIR DIR *directory = opendir(arena_join(arena, root, unit_directories[i]));
                const struct dirent *entry;

                while (directory && (entry = readdir(directory)))
                        if (fnmatch("container@*.service.d", entry->d_name, 0) == 0)
                                (void)name_table_add(&ret_drop_ins->directories,
                                        arena_copy(arena, entry->d_name, strlen(entry->d_name)), arena);
        }
}

static int is_drop_in(const struct dirent *entry) {
        return fnmatch("*.conf", entry->d_name, 0) == 0;
}

static void read_directory(const DropIns *drop_ins, const char *path, Buffer *text) {
        struct dirent **entries;
        int length = scandir(path, &entries, is_drop_in, alphasort);

        for (int i = 0; i < length; i++) {
                size_t before = text->length;

                if (read_file(arena_printf(drop_ins->arena, "%s/%s", path, entries[i]->d_name), text) < 0)
                        text->length = before;
                buffer_append(text, "\n", 1);
                free(entries[i]);
        }
        if (length >= 0)
                free(entries);
}

void drop_ins_read(const DropIns *drop_ins, const char *name, Buffer *text) {
        const char *names[] = {"container@.service.d", arena_printf(drop_ins->arena, "container@%s.service.d", name)};

        for (size_t i = 0; i < 2; i++)
                for (size_t j = 0; name_table_find(&drop_ins->directories, names[i]) && j < UNIT_DIRECTORIES; j++)
                        read_directory(drop_ins,
                                arena_printf(drop_ins->arena, "%s%s/%s", drop_ins->root, unit_directories[j], names[i]),
                                text);
}

void drop_ins_free(DropIns *drop_ins) {
        name_table_free(&drop_ins->directories);
}
