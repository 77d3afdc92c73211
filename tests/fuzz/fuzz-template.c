/* The template engine, with any template and any values. The input's first part, up to a NUL, is the template; each further one is a
 * value, of the placeholders @a@, @b@ and @c@ in turn. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define PLACEHOLDERS_LENGTH 3

/* A template with other placeholders, or whose line has several of which each has another number of values, is a mistake of the
 * program. */
static int is_sound(const char *template, size_t length) {
        for (size_t i = 0; i < length; i++)
                if (template[i] == '@' && i + 2 < length && template[i + 2] == '@' &&
                        (template[i + 1] < 'a' || template[i + 1] > 'c'))
                        return 0;
                else if (template[i] == '@' && (i + 2 >= length || template[i + 2] != '@'))
                        return 0;
                else if (template[i] == '@')
                        i += 2;
        return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
        const Placeholder placeholders[PLACEHOLDERS_LENGTH] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
        Values values[PLACEHOLDERS_LENGTH] = {0};
        const char *text = (const char *)bytes, *end = text + length, *template_end;
        Arena arena = ARENA_NULL;
        Buffer buffer = BUFFER_NULL;
        Template *template;
        size_t number = 0, least = SIZE_MAX;

        template_end = memchr(text, '\0', length);
        if (!template_end)
                template_end = end;
        if (!is_sound(text, (size_t)(template_end - text)))
                return 0;
        for (const char *value = template_end + 1; value < end; number++) {
                const char *value_end = memchr(value, '\0', (size_t)(end - value));

                if (!value_end)
                        value_end = end;
                values_add(
                        &values[number % PLACEHOLDERS_LENGTH], arena_copy(&arena, value, (size_t)(value_end - value)));
                value = value_end + 1;
        }
        /* As many of each. */
        for (size_t i = 0; i < PLACEHOLDERS_LENGTH; i++)
                least = values[i].length < least ? values[i].length : least;
        for (size_t i = 0; i < PLACEHOLDERS_LENGTH; i++)
                values[i].length = least;

        template = template_compile(text, (size_t)(template_end - text), placeholders, PLACEHOLDERS_LENGTH);
        template_render(template, values, &buffer);
        template_free(template);
        for (size_t i = 0; i < PLACEHOLDERS_LENGTH; i++)
                free(values[i].items);
        buffer_free(&buffer);
        arena_free(&arena);
        return 0;
}
