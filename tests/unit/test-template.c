/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "generate/template.h"

enum { NONE, ONE, A, B, HOSTILE, DOTTED, CONSTANT, HOSTILE_CONSTANT, PLACEHOLDERS };

/* The placeholders of all cases, and the values they have. */
static const Placeholder placeholders[PLACEHOLDERS] = {
        [NONE] = {.name = "none"},
        [ONE] = {.name = "one"},
        [A] = {.name = "a"},
        [B] = {.name = "b"},
        [HOSTILE] = {.name = "hostile"},
        [DOTTED] = {.name = "a.b-9"},
        [CONSTANT] = {.name = "constant", .constant = "C"},
        [HOSTILE_CONSTANT] = {.name = "hostile-constant", .constant = "%i \"q\" \\ @one@\n@none@"},
};

static const struct {
        int placeholder;
        const char *text;
} given[] = {
        {ONE, "1"},
        {A, "x"},
        {A, "y"},
        {A, "z"},
        {B, "7"},
        {B, "8"},
        {B, "9"},
        {HOSTILE, "%i \"q\" \\ @one@\n@none@"},
        {DOTTED, "dot"},
};

static Values values[PLACEHOLDERS];

static int set_up(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
                values_add(&values[given[i].placeholder], given[i].text);
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        for (size_t i = 0; i < PLACEHOLDERS; i++)
                free(values[i].items);
        return 0;
}

static const struct {
        const char *behaviour, *text, *rendered;
} cases[] = {
        {"an empty template is empty", "", ""},
        {"text is taken over", "a\n\n  b\t%\\ \"c\"\nd", "a\n\n  b\t%\\ \"c\"\nd"},
        {"a line whose placeholder has no value is left out", "a\n@none@\nb\n", "a\nb\n"},
        {"one without a value is enough", "@one@ @none@\n@a@ @none@\n", ""},
        {"one value, one line", "x=@one@;\n", "x=1;\n"},
        {"more values, more lines", "-@a@-\n", "-x-\n-y-\n-z-\n"},
        {"values of one line go together", "@a@=@b@\n", "x=7\ny=8\nz=9\n"},
        {"a single value is repeated", "@one@@a@ @one@\n", "1x 1\n1y 1\n1z 1\n"},
        {"a single value may come last", "@a@@one@\n", "x1\ny1\nz1\n"},
        {"a placeholder may be used twice", "@a@@a@\n", "xx\nyy\nzz\n"},
        {"placeholders may touch each other and the ends", "@one@@one@", "11"},
        {"names have dots, dashes and digits", "@a.b-9@\n", "dot\n"},
        {"an @ by itself is one", "a@b @ @@ @@@ @", "a@b @ @@ @@@ @"},
        {"an @ before a placeholder is one", "container@@one@.service\n", "container@1.service\n"},
        {"a name ends where its line does", "@one\n@one@\n", "@one\n1\n"},
        {"only small letters are names", "@ONE@ @o ne@ @o_ne@ @{one}@", "@ONE@ @o ne@ @o_ne@ @{one}@"},
        {"bare values start no specifier and no line", "@hostile@\n", "%%i \"q\" \\ @one@?@none@\n"},
        {"quoted values stay one word", "\"@hostile@\"\n", "\"%%i \\\"q\\\" \\\\ @one@\\x0a@none@\"\n"},
        {"quotes that are closed are none", "\"a\" @hostile@\n", "\"a\" %%i \"q\" \\ @one@?@none@\n"},
        {"quotes that are escaped close none", "\"a\\\"@hostile@\"\n",
                "\"a\\\"%%i \\\"q\\\" \\\\ @one@\\x0a@none@\"\n"},
        {"quotes end with their line", "\"a\n@hostile@\n", "\"a\n%%i \"q\" \\ @one@?@none@\n"},
        {"text around is kept line by line", "a\nb\n@none@\nc\n@a@\nd\ne\n", "a\nb\nc\nx\ny\nz\nd\ne\n"},
        {"constants need no value", "a @constant@\n@constant@@constant@\n@none@\n\"@constant@\"\n", "a C\nCC\n\"C\"\n"},
        {"constants go with values", "@constant@@a@@constant@\n", "CxC\nCyC\nCzC\n"},
        {"bare constants are escaped", "@hostile-constant@\n", "%%i \"q\" \\ @one@?@none@\n"},
        {"quoted constants are escaped", "\"@hostile-constant@\"@one@\n", "\"%%i \\\"q\\\" \\\\ @one@\\x0a@none@\"1\n"},
        {"text is not escaped", "%i\n\"\\x20%\"@one@\n", "%i\n\"\\x20%\"1\n"},
};

static void templates_are_rendered_line_by_line(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Template *template = template_compile(cases[i].text, strlen(cases[i].text), placeholders, PLACEHOLDERS);
                Buffer buffer = BUFFER_NULL;

                template_render(template, values, &buffer);
                buffer_append(&buffer, "", 1);
                if (strcmp(buffer.text, cases[i].rendered) != 0)
                        fail_msg("%s: \"%s\"", cases[i].behaviour, buffer.text);
                buffer_free(&buffer);
                template_free(template);
        }
}

static void a_template_can_be_rendered_again_behind_what_is_there(void **state) {
        Template *template = template_compile("<@a@>", 5, placeholders, PLACEHOLDERS);
        Buffer buffer = BUFFER_NULL;

        (void)state;
        template_render(template, values, &buffer);
        template_render(template, values, &buffer);
        buffer_append(&buffer, "", 1);
        assert_string_equal(buffer.text, "<x><y><z><x><y><z>");
        buffer_free(&buffer);
        template_free(template);
}

static void the_text_ends_where_its_length_says(void **state) {
        Template *template = template_compile("a\n@one@b", 6, placeholders, PLACEHOLDERS);
        Buffer buffer = BUFFER_NULL;

        (void)state;
        template_render(template, values, &buffer);
        buffer_append(&buffer, "", 1);
        assert_string_equal(buffer.text, "a\n@one");
        buffer_free(&buffer);
        template_free(template);
}

static void nothing_can_be_freed(void **state) {
        (void)state;
        template_free(NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(templates_are_rendered_line_by_line),
                cmocka_unit_test(a_template_can_be_rendered_again_behind_what_is_there),
                cmocka_unit_test(the_text_ends_where_its_length_says),
                cmocka_unit_test(nothing_can_be_freed),
        };

        return cmocka_run_group_tests_name("template", tests, set_up, tear_down);
}
