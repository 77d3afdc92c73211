/* SPDX-License-Identifier: MIT */
#include "state/forwards-table.h"

#include "base/lines.h"
#include "state/format.h"

/* As in generate/templates.c. */
__asm__(".pushsection .rodata\n"
        "forwards_table:\n"
        ".incbin \"nixos-containers.nft\"\n"
        "forwards_table_end:\n"
        ".popsection\n");
extern const char forwards_table[] __attribute__((visibility("hidden")));
extern const char forwards_table_end[] __attribute__((visibility("hidden")));

void forwards_table_put_before(Buffer *section) {
        Buffer script = BUFFER_NULL;

        for_each_line(line, end, section) {
                if (*line == '#')
                        continue;
                if (!line_behind(line, end, ELEMENT_ADD))
                        break;
                buffer_append(&script, forwards_table, (size_t)(forwards_table_end - forwards_table));
                buffer_append(&script, line, (size_t)(section->text + section->length - line));
                buffer_free(section);
                *section = script;
                return;
        }
}
