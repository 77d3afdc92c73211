/* SPDX-License-Identifier: MIT */
#include "generate/templates.h"

/* The assembler reads the files as they are; it finds them through -I of the build. */
#define T(symbol, file)                                                                                                \
        __asm__(".pushsection .rodata\n"                                                                               \
                "template_" #symbol ":\n"                                                                              \
                ".incbin \"" file "\"\n"                                                                               \
                "template_" #symbol "_end:\n"                                                                          \
                ".popsection\n");                                                                                      \
        extern const char template_##symbol[] __attribute__((visibility("hidden")));                                   \
        extern const char template_##symbol##_end[] __attribute__((visibility("hidden")));
TEMPLATES(T)
#undef T

const TemplateText template_texts[TEMPLATES_LENGTH] = {
#define T(symbol, file) {template_##symbol, template_##symbol##_end},
        TEMPLATES(T)
#undef T
};
